"""Everything that pages and commands ask of campaigns, joined: ``agent_desktop.ports.CampaignDesk``."""

from __future__ import annotations

from tandem.agent_desktop.core import campaign_resources as shapes
from tandem.cti.app.campaign_desk import choices
from tandem.cti.app.campaign_desk.dialling import Dialling
from tandem.cti.app.campaign_desk.documents import Documents
from tandem.cti.app.campaign_desk.forbidden import ForbiddenNumbers
from tandem.cti.app.campaign_desk.leads import LeadPages
from tandem.cti.app.campaign_desk.lists import CampaignLists
from tandem.cti.app.campaign_desk.machines import Machines
from tandem.cti.app.campaign_desk.numbers import Numbers
from tandem.cti.app.campaign_desk.outlook import Outlooks
from tandem.cti.app.campaign_desk.promises import Promises
from tandem.cti.app.campaign_desk.sheets import Sheets
from tandem.cti.app.campaign_desk.waterfalls import Waterfalls


class CampaignDesk(
    Machines,
    Documents,
    LeadPages,
    Waterfalls,
    CampaignLists,
    ForbiddenNumbers,
    Dialling,
    Promises,
    Numbers,
    Outlooks,
    Sheets,
):
    """Its parts know the same ground and the same book of campaigns."""

    def jurisdictions(self) -> shapes.Jurisdictions:
        return choices.jurisdictions()

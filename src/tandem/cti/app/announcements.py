"""What callers hear of routing: the plan's texts and the built-in ones, as prompts. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tandem.ivr.core.speech import Prompt
from tandem.routing.core.plan import Action, Plan, Texts

BUILT_IN: Mapping[str, Texts] = {
    "message": {
        "zh": "很抱歉，我们现在无法为您服务，请稍后再拨。再见。",
        "en": "We are sorry, we cannot take your call at the moment. Please call again later. Goodbye.",
    },
    "voicemail": {
        "zh": "现在没有客服人员可以接听，请在提示音后留言，说完后挂机即可。",
        "en": "Nobody can take your call at the moment. Please leave a message after the tone, then hang up.",
    },
    "callback": {
        "zh": "等待时间较长。保留排队位置并由我们回电，请按 1；回电至其他号码，请按 2；继续等待请稍候。",
        "en": "The wait is long. To keep your place and be called back, press 1. For another number, press 2.",
    },
    "queue": {},
    "number": {
        "zh": "正在为您转接，请稍候。",
        "en": "We are transferring your call. Please hold.",
    },
    "callback_kept": {
        "zh": "好的，您的位置已保留，我们会给您回电。再见。",
        "en": "Thank you. Your place is kept, and we will call you back. Goodbye.",
    },
    "callback_number": {
        "zh": "请输入您希望我们回拨的电话号码，以井号键结束。",
        "en": "Please enter the number that we should call, then press the hash key.",
    },
    "callback_answered": {
        "zh": "您好，这是您预约的回电，请稍候，马上为您接通客服人员。",
        "en": "Hello, this is the call that you asked for. Please hold, an agent will be with you in a moment.",
    },
    "no_agent": {
        "zh": "您好，这个电话是我们打给您的，但现在没有客服人员可以与您通话。很抱歉打扰您，再见。",
        "en": "Hello. We have called you, but nobody is free to talk to you now. We are sorry. Goodbye.",
    },
}
"""By kind of action, and what is said around a callback, or to somebody whom we called in vain."""


def wording(action: Action) -> Texts:
    """The action's own text, or the built-in one; {} when nothing is said."""
    return action.text or BUILT_IN[action.kind]


def prompt_for(texts: Texts, language: str) -> Prompt | None:
    """In the caller's language; in the first one there is when that has no text (or he chose none yet)."""
    if not texts:
        return None
    chosen = language if language in texts else next(iter(texts))
    return Prompt(chosen, texts[chosen])


def prompts_of(plan: Plan) -> set[Prompt]:
    """Everything that this plan, and any closure without a text of its own, may have spoken."""
    return {prompt for texts in _texts(plan) for prompt in every_language(texts)}


def every_language(texts: Texts) -> set[Prompt]:
    return {Prompt(language, text) for language, text in texts.items()}


def _texts(plan: Plan) -> Iterator[Texts]:
    yield from BUILT_IN.values()
    for queue in plan.queues.values():
        if queue.closed is not None:
            yield queue.closed.text
        for rule in queue.overflow:
            yield rule.action.text

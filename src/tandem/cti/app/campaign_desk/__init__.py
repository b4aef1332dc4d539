"""What stands behind the pages of campaigns: documents, leads and their reasons, lists, promises, dialling by hand."""

"""The local mail server: takes every mail over SMTP, keeps it, and shows it on a page.

Run beside the services as `python -m groundswell_local.mail`; nothing leaves this machine.
"""

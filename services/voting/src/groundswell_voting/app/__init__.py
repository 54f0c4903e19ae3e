"""The only wiring of the service: settings, clients, stores, commands, routes, roles.

A module per role, so that a process of the vote path loads only what it uses.
"""

SERVICE = "voting"

"""OCPP 1.6-J as values: typed messages, frames and the session state machine."""

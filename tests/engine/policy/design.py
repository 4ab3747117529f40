"""The policies that DESIGN §5 shows, as they are written there."""

DESIGN = """
name: connector-one-only
action: StartTransaction            # an action, a list of them, or Connect (the handshake)
rule:
  match:
    - id: out-of-service
      condition: request.connectorId != 1
      explanation: "'connector ' + string(request.connectorId) + ' is out of service'"
      response: { idTagInfo: { status: Blocked } }
---
name: authorize-by-tag
action: [Authorize, StartTransaction]
priority: 100
rule:
  variables:
    - name: expired
      expression: tag != null && tag.expiryDate != null && tag.expiryDate <= now
  match:
    - { id: unknown, condition: tag == null,          response: { idTagInfo: { status: Invalid } } }
    - { id: expired, condition: variables.expired,    response: { idTagInfo: { status: Expired } } }
    - id: known
      response:
        idTagInfo:
          status: ${ tag.status }
          parentIdTag?: ${ tag.parentIdTag }          # key?: left out when the value is null
---
name: configure-abb-after-boot
action: BootNotification
rule:
  match:
    - { id: unregistered, condition: "!chargePoint.registered", response: { status: Pending, interval: 60 } }
effects:
  - id: sampling
    when: decision.response.status == 'Accepted' && request.chargePointVendor.startsWith('ABB')
    command: { action: ChangeConfiguration, payload: { key: MeterValueSampleInterval, value: "60" } }
    throttle: { every: 1h }
"""  # noqa: E501
"""DESIGN §5, as it is written there."""

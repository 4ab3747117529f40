"""The rows of what happened: transactions and decisions."""

from engine.api import problems
from engine.api.resources import decisions, explanations, meter_values, transactions
from engine.api.routes import Outcome, Route
from engine.policy.explaining.explanation import Explanation
from engine.security.tokens import Scope
from engine.storage import DecisionRecord

history_rows = (
    Route(
        method="GET",
        path="/v1/transactions",
        operation="listTransactions",
        tag="Transactions",
        summary="List the transactions",
        description="""
            The newest start first; with `stoppedFrom` or `stoppedTo` the newest stop first.
            Refused starts are among them: see `idTagStatus`. As CSV, with
            `Accept: text/csv` or `?format=csv`, all pages in one file.
            """,
        scope=Scope.read,
        handler=transactions.list_transactions,
        query=transactions.TransactionsQuery,
        outcomes={200: Outcome(description="A page.", type=transactions.TransactionPage, csv=True)},
    ),
    Route(
        method="GET",
        path="/v1/transactions/{transactionId}",
        operation="getTransaction",
        tag="Transactions",
        summary="Get a transaction",
        scope=Scope.read,
        handler=transactions.get_transaction,
        description="With the energy so far, the last power, and the vehicle's state of charge.",
        outcomes={200: Outcome(description="It.", type=transactions.TransactionDetail)},
        problems=(problems.NOT_FOUND,),
    ),
    Route(
        method="GET",
        path="/v1/transactions/{transactionId}/meter-values",
        operation="listMeterValues",
        tag="Transactions",
        summary="List what was metered in a transaction",
        description="""
            One item per sampled value, by time, with OCPP's defaults filled in and its spelling
            put right; `value` is as sent. As CSV all pages in one file.
            """,
        scope=Scope.read,
        handler=meter_values.list_of_transaction,
        query=meter_values.MeterValuesQuery,
        outcomes={200: Outcome(description="A page.", type=meter_values.MeterValuePage, csv=True)},
        problems=(problems.NOT_FOUND,),
    ),
    Route(
        method="GET",
        path="/v1/meter-values",
        operation="listMeterValuesOfChargePoint",
        tag="Transactions",
        summary="List what a charge point metered",
        description="""
            Likewise, in its transactions and outside of them: clock-aligned values, and those
            whose transaction nobody knows.
            """,
        scope=Scope.read,
        handler=meter_values.list_of_charge_point,
        query=meter_values.ChargePointMeterValuesQuery,
        outcomes={200: Outcome(description="A page.", type=meter_values.MeterValuePage, csv=True)},
    ),
    Route(
        method="GET",
        path="/v1/decisions",
        operation="listDecisions",
        tag="Decisions",
        summary="List the decisions",
        description="Who was answered what, by which rule, and why; the newest first.",
        scope=Scope.read,
        handler=decisions.list_decisions,
        query=decisions.DecisionsQuery,
        outcomes={200: Outcome(description="A page.", type=decisions.DecisionPage)},
    ),
    Route(
        method="GET",
        path="/v1/decisions/{decisionId}",
        operation="getDecision",
        tag="Decisions",
        summary="Get a decision",
        scope=Scope.read,
        handler=decisions.get_decision,
        outcomes={200: Outcome(description="The decision.", type=DecisionRecord)},
        problems=(problems.NOT_FOUND,),
    ),
    Route(
        method="GET",
        path="/v1/decisions/{decisionId}/explain",
        operation="explainDecision",
        tag="Decisions",
        summary="Explain a decision",
        description="""
            Decides it again on the policies and the facts it was made with, and says of every
            policy on the action what it made of them. 404 if the policies are not kept any more:
            all are kept that made a decision which is still in the log.
            """,
        scope=Scope.read,
        handler=explanations.explain_decision,
        outcomes={200: Outcome(description="Why.", type=Explanation)},
        problems=(problems.NOT_FOUND, problems.CONFLICT),
    ),
)

"""The rows of what happened: transactions and decisions."""

from engine.api import problems
from engine.api.resources import decisions, transactions
from engine.api.routes import Outcome, Route
from engine.policy.facts import Transaction
from engine.security.tokens import Scope
from engine.storage import DecisionRecord

history_rows = (
    Route(
        method="GET",
        path="/v1/transactions",
        operation="listTransactions",
        tag="Transactions",
        summary="List the transactions",
        description="The newest start first. Refused starts are among them: see `idTagStatus`.",
        scope=Scope.read,
        handler=transactions.list_transactions,
        query=transactions.TransactionsQuery,
        outcomes={200: Outcome(description="A page.", type=transactions.TransactionPage)},
    ),
    Route(
        method="GET",
        path="/v1/transactions/{transactionId}",
        operation="getTransaction",
        tag="Transactions",
        summary="Get a transaction",
        scope=Scope.read,
        handler=transactions.get_transaction,
        outcomes={200: Outcome(description="The transaction.", type=Transaction)},
        problems=(problems.NOT_FOUND,),
    ),
    Route(
        method="GET",
        path="/v1/transactions/{transactionId}/meter-values",
        operation="listMeterValues",
        tag="Transactions",
        summary="List what was metered in a transaction",
        description="One item per sampled value, by time, with OCPP's defaults filled in.",
        scope=Scope.read,
        handler=transactions.list_meter_values,
        query=transactions.MeterValuesQuery,
        outcomes={200: Outcome(description="A page.", type=transactions.MeterValuePage)},
        problems=(problems.NOT_FOUND,),
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
)

"""The rows of policies."""

from typing import Any

from engine.api import problems
from engine.api.resources import documents, explanations, policies
from engine.api.routes import Body, Outcome, Route
from engine.policy.explaining.explanation import Explanation
from engine.policy.live.status import PolicyStatus
from engine.security.tokens import Scope

policy_rows = (
    Route(
        method="GET",
        path="/v1/policies",
        operation="getPolicies",
        tag="Policies",
        summary="Get the policies that are live",
        description="""
            Where the directory has a mistake, `problems` says where, and the set that was live
            before stays live.
            """,
        scope=Scope.read,
        handler=policies.get_policies,
        outcomes={200: Outcome(description="The status.", type=PolicyStatus)},
    ),
    Route(
        method="POST",
        path="/v1/policies/reload",
        operation="reloadPolicies",
        tag="Policies",
        summary="Read the policy directory now",
        description="""
            It is watched anyway; this does not wait, and it ends a rollback. The answer is the
            status after it.
            """,
        scope=Scope.admin,
        handler=policies.reload_policies,
        outcomes={200: Outcome(description="The status.", type=PolicyStatus)},
    ),
    Route(
        method="POST",
        path="/v1/policies/check",
        operation="checkPolicies",
        tag="Policies",
        summary="Check policies without using them",
        description="""
            Checks the files in the body as if they were the whole directory, or the directory
            itself if the body is empty. Answers 200 with every problem.
            """,
        scope=Scope.read,
        handler=policies.check_policies,
        body=Body(
            type=policies.PolicyFiles,
            required=False,
            example={"files": {"tags.yaml": "name: tags\naction: Authorize\n"}},
        ),
        outcomes={200: Outcome(description="The problems.", type=policies.PolicyCheck)},
    ),
    Route(
        method="POST",
        path="/v1/policies/explain",
        operation="explainRequest",
        tag="Policies",
        summary="Explain what a request would be answered now, and why",
        description="""
            Decides the request in the body as if the charge point sent it now; nothing is
            answered, recorded or done. Facts that are not given are those known here; given ones
            are taken instead, so that one can ask what would be if. The answer says of every
            policy on the action what it made of it.
            """,
        scope=Scope.read,
        handler=explanations.explain_request,
        body=Body(
            type=explanations.WhatIf,
            example={
                "action": "Authorize",
                "chargePointId": "CP-7",
                "request": {"idTag": "RandomToken"},
                "tag": {"status": "Blocked"},
            },
        ),
        outcomes={200: Outcome(description="Why.", type=Explanation)},
    ),
    Route(
        method="GET",
        path="/v1/policies/revisions",
        operation="listPolicyRevisions",
        tag="Policies",
        summary="List the revisions that can be put back",
        description="The last ten that were live, with their files; the last one first.",
        scope=Scope.read,
        handler=policies.list_revisions,
        outcomes={200: Outcome(description="All of them.", type=policies.PolicyRevisionList)},
    ),
    Route(
        method="POST",
        path="/v1/policies/rollback",
        operation="rollBackPolicies",
        tag="Policies",
        summary="Put an earlier revision back in force",
        description="""
            The files in the directory stay as they are. The rollback is in force, also over a
            restart, until the directory holds other policies than now that are good, or until
            `reload`; the status says `source: rollback` meanwhile. The answer is the status.
            """,
        scope=Scope.admin,
        handler=policies.roll_back,
        body=Body(
            type=policies.Rollback,
            example={
                "revision": "sha256:"
                "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
            },
        ),
        outcomes={200: Outcome(description="The status.", type=PolicyStatus)},
        problems=(problems.NOT_FOUND, problems.CONFLICT),
    ),
    Route(
        method="GET",
        path="/v1/schemas/{schema}",
        operation="getSchema",
        tag="Policies",
        summary="Get the JSON Schema of policy, shared, test or table files",
        description="""
            Draft 2020-12, for YAML editors: they complete and check while one types. `check`
            finds more.
            """,
        scope=None,
        handler=documents.schema,
        outcomes={
            200: Outcome(
                description="The schema.",
                type=dict[str, Any],
                media_type="application/schema+json",
            )
        },
        problems=(problems.NOT_FOUND,),
    ),
)

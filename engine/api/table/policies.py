"""The rows of policies."""

from typing import Any

from engine.api import problems
from engine.api.resources import documents, policies
from engine.api.routes import Body, Outcome, Route
from engine.policy.host import PolicyStatus
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
        description="It is watched anyway; this does not wait. The answer is the status after it.",
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
        method="GET",
        path="/v1/schemas/{schema}",
        operation="getSchema",
        tag="Policies",
        summary="Get the JSON Schema of policy, test or table files",
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

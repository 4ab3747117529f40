"""The rows of id tags."""

from engine.api import problems
from engine.api.id_tag_files import importing
from engine.api.resources import id_tag_files, id_tags
from engine.api.routes import Body, Outcome, Route, Upload
from engine.api.table.parts import ETAG, ID_TAG, IF_MATCH, IF_NONE_MATCH
from engine.security.tokens import Scope

id_tag_rows = (
    Route(
        method="GET",
        path="/v1/id-tags",
        operation="listIdTags",
        tag="Id tags",
        summary="List the id tags",
        description="""
            By their text. Letter case and spaces around an id tag mean nothing, here and in paths.
            With `Accept: text/csv` or `?format=csv`, all pages in one file, which an import takes.
            """,
        scope=Scope.read,
        handler=id_tags.list_id_tags,
        query=id_tags.TagsQuery,
        outcomes={200: Outcome(description="A page.", type=id_tags.TagPage, csv=True)},
    ),
    Route(
        method="POST",
        path="/v1/id-tags",
        operation="importIdTags",
        tag="Id tags",
        summary="Import id tags from CSV",
        description="""
            The header names the columns: `idTag`, and any of `status`, `expiryDate`,
            `parentIdTag`, `maxActiveTransactions` and `label:NAME`. What the file has no column for
            stays as it is. Commas, semicolons or tabs separate; UTF-8. All lines are checked before
            one is written: if one is wrong, nothing is.
            """,
        scope=Scope.admin,
        handler=id_tag_files.import_id_tags,
        query=id_tag_files.ImportQuery,
        upload=Upload(
            media_type="text/csv",
            example="idTag,status,expiryDate,parentIdTag,label:owner\r\n"
            "RandomToken,Accepted,2030-01-01T00:00:00Z,FLEET-1,Ada\r\n",
        ),
        outcomes={
            200: Outcome(
                description="It is written, or was a dry run.", type=importing.ImportReport
            )
        },
        problems=(problems.IMPORT_REFUSED,),
    ),
    Route(
        method="GET",
        path=ID_TAG,
        operation="getIdTag",
        tag="Id tags",
        summary="Get an id tag",
        scope=Scope.read,
        handler=id_tags.get_id_tag,
        outcomes={200: Outcome(description="The id tag.", type=id_tags.TagState, headers=ETAG)},
        problems=(problems.NOT_FOUND,),
    ),
    Route(
        method="PUT",
        path=ID_TAG,
        operation="putIdTag",
        tag="Id tags",
        summary="Register an id tag, or replace it",
        description="Counts from the next request of any charge point on.",
        scope=Scope.admin,
        handler=id_tags.put_id_tag,
        body=Body(
            type=id_tags.TagEdit,
            required=False,
            example={"status": "Accepted", "parentIdTag": "FLEET-1"},
        ),
        request_headers={**IF_MATCH, **IF_NONE_MATCH},
        outcomes={
            200: Outcome(description="It is replaced.", type=id_tags.TagState, headers=ETAG),
            201: Outcome(description="It is new.", type=id_tags.TagState, headers=ETAG),
        },
        problems=(problems.PRECONDITION_FAILED,),
    ),
    Route(
        method="DELETE",
        path=ID_TAG,
        operation="deleteIdTag",
        tag="Id tags",
        summary="Forget an id tag",
        description="From then on it is unknown. A tag that must not charge is better `Blocked`.",
        scope=Scope.admin,
        handler=id_tags.delete_id_tag,
        request_headers=IF_MATCH,
        outcomes={204: Outcome(description="It is forgotten.")},
        problems=(problems.NOT_FOUND, problems.PRECONDITION_FAILED),
    ),
)

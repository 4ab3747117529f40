"""Whether the process lives and can serve, for those who run it."""

from tests.engine.api.running import Api


async def test_a_process_that_runs_says_so(api: Api) -> None:
    response = await api.call("GET", "/healthz", scope=None)
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


async def test_readiness_is_told_per_component(api: Api) -> None:
    response = await api.call("GET", "/readyz", scope=None)
    body = response.json()
    revision = (await api.get("/v1/policies"))["revision"]
    assert (response.status_code, body["status"]) == (200, "ready")
    assert body["components"] == {
        "store": {"ready": True, "detail": "writes"},
        "policies": {"ready": True, "detail": f"revision {revision}"},
        "ocpp": {"ready": True, "detail": "accepts connections"},
    }


async def test_a_port_that_is_closed_is_503(api: Api) -> None:
    api.listening = False
    response = await api.call("GET", "/readyz", scope=None)
    body = response.json()
    assert (response.status_code, body["detail"]) == (503, "Not ready: ocpp")
    assert response.headers["content-type"] == "application/problem+json"
    assert body["components"]["ocpp"] == {"ready": False, "detail": "does not accept connections"}


async def test_a_broken_policy_edit_does_not_make_it_unready(api: Api) -> None:
    (api.policies / "tags.yaml").write_text("name: [")
    await api.call("POST", "/v1/policies/reload")
    response = await api.call("GET", "/readyz", scope=None)
    assert response.status_code == 200
    assert response.json()["components"]["policies"]["detail"].endswith("problems in the directory")


async def test_the_metrics_are_in_prometheus_text(api: Api) -> None:
    async with api.charge_point():
        response = await api.call("GET", "/metrics", scope=None)
    assert response.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert "\nvoltrule_connections 1.0\n" in response.text

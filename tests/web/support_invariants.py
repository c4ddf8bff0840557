"""What must hold of database, disk and API whatever was killed when."""

from __future__ import annotations

from web.support_service import FINAL, Client, Service


def broken_invariants(service: Service, client: Client, accepted: dict[str, str]) -> list[str]:
    """Sentences of what does not hold, once the queue is quiet. ``accepted`` maps what was accepted to its kind."""
    faults: list[str] = []
    for thing, kind in accepted.items():
        answer = client.get(f"/{kind}/{thing}/status")
        if answer.status_code != 200:
            faults.append(f"the accepted {kind} {thing} is lost: {answer.status_code}")
        elif answer.json()["status"] not in FINAL:
            faults.append(f"{kind} {thing} is still {answer.json()['status']}")
        elif answer.json()["status"] == "completed":
            faults.extend(_download_faults(client, kind, thing, answer.json()))
        elif answer.json()["status"] == "failed" and not answer.json()["reason"]:
            faults.append(f"{kind} {thing} failed without a reason")
    faults.extend(_sum_faults(service))
    faults.extend(_disk_faults(service))
    return faults


def _download_faults(client: Client, kind: str, thing: str, status: dict[str, object]) -> list[str]:
    download = client.get(f"/{kind}/{thing}/download")
    if download.status_code != 200:
        return [f"{kind} {thing} is completed, but its download is {download.status_code}"]
    if kind == "render" and (download.content[4:8] != b"ftyp" or len(download.content) != status["sizeBytes"]):
        return [f"render {thing} is completed, but its file is not whole"]
    return []


def _sum_faults(service: Service) -> list[str]:
    faults: list[str] = []
    for account, used_bytes, used_ms, quota_mb, budget_ms in service.query(
        "SELECT id, used_bytes, used_ms, quota_mb, budget_ms FROM account"
    ):
        files = 0
        for table in ("template", "audio"):
            files += service.query(
                f"SELECT COALESCE(SUM(size_bytes), 0) FROM {table} WHERE account_id = ? AND NOT EXISTS "
                f"(SELECT 1 FROM job WHERE job.subject_id = {table}.id AND job.status = 'failed')",
                account,
            )[0][0]
        for table in ("asset", "render", "poster"):
            files += service.query(f"SELECT COALESCE(SUM(size_bytes), 0) FROM {table} WHERE account_id = ?", account)[
                0
            ][0]
        charged = service.query("SELECT COALESCE(SUM(charged_ms), 0) FROM render WHERE account_id = ?", account)[0][0]
        if used_bytes != files:
            faults.append(f"{used_bytes} bytes are counted, the files have {files}")
        if used_ms != charged:
            faults.append(f"{used_ms} ms are counted, the renders have {charged}")
        if used_bytes > quota_mb * 1_048_576 or used_ms > budget_ms:
            faults.append("an account is over its quota or budget")
    return faults


def _disk_faults(service: Service) -> list[str]:
    faults: list[str] = []
    for table in ("template", "audio", "asset", "render"):
        for file, size, status in service.query(
            f"SELECT t.file, t.size_bytes, job.status FROM {table} t LEFT JOIN job ON job.subject_id = t.id "
            "WHERE t.file IS NOT NULL"
        ):
            if status in (None, "completed") and service.kept_bytes(file) != size:
                faults.append(f"{file} is not there, or not whole")
    for file, size in service.query("SELECT file, size_bytes FROM poster"):
        if service.kept_bytes(file) != size:
            faults.append(f"{file} is not there, or not whole")
    leased = service.query("SELECT COUNT(*) FROM job WHERE lease_owner IS NOT NULL")[0][0]
    if leased:
        faults.append(f"{leased} leases are held although nothing runs")
    return faults

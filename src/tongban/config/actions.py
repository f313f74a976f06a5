"""What the installation does for itself."""

from __future__ import annotations

from procrastinate import JobContext
from procrastinate.contrib.django import app

# A worker writes down every ten seconds that it is alive; after three silent rounds its jobs are nobody's.
SILENT_SECONDS = 30


@app.periodic(cron="* * * * *")
@app.task(name="config.rescue_jobs", queue="periodic", queueing_lock="config.rescue_jobs", pass_context=True)
async def rescue_jobs(context: JobContext, timestamp: int) -> None:
    """Put the jobs of killed workers back into the queue: jobs may run twice, but none is forgotten."""
    del context, timestamp
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=SILENT_SECONDS):
        await app.job_manager.retry_job(job)

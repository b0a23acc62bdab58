from treealg.verification.report import Check as Check, Outcome as Outcome, Report as Report
from treealg.verification.run import verify as verify

//! One HTTP path for API clients: seam, retry, budget, failure. Knows no API.

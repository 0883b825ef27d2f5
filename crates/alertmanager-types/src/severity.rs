open_enum! {
    /// What the label `severity` of an alert says. The three known words are the convention of Prometheus' own
    /// rules; every other word (`page`, `P1`, …) is kept as it is.
    Severity {
        /// Somebody or something must act now.
        Critical = "critical",
        /// Something must be done, not at once.
        Warning = "warning",
        /// For the record only.
        Info = "info",
    }
}

//! The figures of an instance in node_exporter's names and Prometheus' text format.

use std::fmt::Write as _;

use super::cpu::Usage;

/// A processor that serves nobody still does this share of its time for the system.
const BASE: f64 = 0.01;
/// Of the time spent on requests this share is the kernel's.
const SYSTEM: f64 = 0.1;
const MEBIBYTE: f64 = 1_048_576.0;
/// What a small system takes for itself, and what one open request takes.
const MEMORY_BASE_MB: f64 = 180.0;
const MEMORY_REQUEST_MB: f64 = 2.0;

/// What one scrape shows.
#[derive(Debug)]
pub(crate) struct Figures<'a> {
    pub(crate) label: &'a str,
    pub(crate) usage: Usage,
    /// Seconds since the epoch.
    pub(crate) booted_at: f64,
    pub(crate) memory_mb: u64,
    pub(crate) open_requests: u64,
    pub(crate) received_bytes: u64,
    pub(crate) sent_bytes: u64,
}

/// The text of one scrape.
pub(crate) fn render(figures: &Figures<'_>) -> String {
    let mut text = String::with_capacity(4096);
    cpu(&mut text, &figures.usage);
    let mut one = |name: &str, kind: &str, labels: &str, help: &str, value: f64| {
        head(&mut text, name, kind, help);
        let _ = writeln!(text, "{name}{labels} {value}");
    };
    let total = figures.memory_mb as f64 * MEBIBYTE;
    let used = (MEMORY_BASE_MB + figures.open_requests as f64 * MEMORY_REQUEST_MB) * MEBIBYTE;
    let available = (total - used).max(total * 0.02);
    // A type's disk grows with its memory, 25 GB for each GB.
    let disk = total * 25.0;
    let root = r#"{device="/dev/sda",fstype="ext4",mountpoint="/"}"#;
    let nic = r#"{device="eth0"}"#;
    let uname = format!(r#"{{machine="x86_64",nodename="{}",sysname="Linux"}}"#, figures.label);
    one("node_boot_time_seconds", "gauge", "", "Node boot time, in unixtime.", figures.booted_at);
    one("node_filesystem_avail_bytes", "gauge", root, "Filesystem space available.", disk * 0.85);
    one("node_filesystem_size_bytes", "gauge", root, "Filesystem size in bytes.", disk);
    one("node_load1", "gauge", "", "1m load average.", figures.usage.load1);
    one("node_memory_MemAvailable_bytes", "gauge", "", "Memory available.", available);
    one("node_memory_MemFree_bytes", "gauge", "", "Memory free.", available * 0.8);
    one("node_memory_MemTotal_bytes", "gauge", "", "Memory in all.", total);
    let received = figures.received_bytes as f64;
    one("node_network_receive_bytes_total", "counter", nic, "Bytes received.", received);
    one("node_network_transmit_bytes_total", "counter", nic, "Bytes sent.", figures.sent_bytes as f64);
    one("node_uname_info", "gauge", &uname, "Labeled system information.", 1.0);
    text
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

/// Every mode is a share of one of two parts that only grow (time with work, time without), so no counter ever falls.
fn cpu(text: &mut String, usage: &Usage) {
    let name = "node_cpu_seconds_total";
    head(text, name, "counter", "Seconds the CPUs spent in each mode.");
    for (core, busy) in usage.busy.iter().enumerate() {
        let calm = usage.elapsed.saturating_sub(*busy).as_secs_f64();
        let busy = busy.as_secs_f64();
        let modes = [
            ("idle", calm * (1.0 - BASE)),
            ("iowait", calm * BASE * 0.2),
            ("irq", 0.0),
            ("nice", 0.0),
            ("softirq", 0.0),
            ("steal", 0.0),
            ("system", busy * SYSTEM + calm * BASE * 0.3),
            ("user", busy * (1.0 - SYSTEM) + calm * BASE * 0.5),
        ];
        for (mode, seconds) in modes {
            let _ = writeln!(text, r#"{name}{{cpu="{core}",mode="{mode}"}} {seconds}"#);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_modes_of_a_core_add_up_to_the_time_since_boot() {
        let usage = Usage {
            elapsed: Duration::from_secs(100),
            busy: vec![Duration::from_secs(40), Duration::ZERO],
            load1: 0.4,
        };
        let text = render(&Figures {
            label: "web-1",
            usage,
            booted_at: 1.7e9,
            memory_mb: 1024,
            open_requests: 1,
            received_bytes: 5,
            sent_bytes: 7,
        });
        let seconds = |core: &str, wanted: Option<&str>| -> f64 {
            text.lines()
                .filter(|line| line.starts_with(&format!("node_cpu_seconds_total{{cpu=\"{core}\"")))
                .filter(|line| wanted.is_none_or(|mode| line.contains(&format!("mode=\"{mode}\""))))
                .map(|line| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap())
                .sum()
        };
        assert!((seconds("0", None) - 100.0).abs() < 1e-9);
        assert!((seconds("0", Some("idle")) - 59.4).abs() < 1e-9);
        assert!((seconds("1", Some("idle")) - 99.0).abs() < 1e-9);
        assert!(text.contains("node_memory_MemTotal_bytes 1073741824\n"));
        assert!(text.contains("node_network_receive_bytes_total{device=\"eth0\"} 5\n"));
    }
}

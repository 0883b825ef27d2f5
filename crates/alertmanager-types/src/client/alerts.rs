use api_transport::{Client, Request};

use super::call::Call;
use super::list::List;
use crate::api::{AlertGroup, AlertGroupsQuery, AlertsQuery, GettableAlert, PostableAlert};

/// Alerts and their groups: `/alerts`.
#[derive(Debug, Clone)]
pub struct Alerts(Client);

impl Alerts {
    pub(super) fn new(http: &Client) -> Self {
        Self(http.clone())
    }

    /// The alerts that have not ended, suppressed ones included: `GET /alerts`.
    ///
    /// ```no_run
    /// # async fn run(client: alertmanager_types::Client) -> Result<(), alertmanager_types::Error> {
    /// for alert in client.alerts().list().await? {
    ///     println!("{} {}", alert.labels, alert.status.state);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(&self) -> List<AlertsQuery, GettableAlert> {
        let request = Request::get("listing the alerts of Alertmanager").path(AlertsQuery::PATH);
        List::new(&self.0, request, AlertsQuery::filter, AlertsQuery::pairs)
    }

    /// The same alerts as their routes group them: `GET /alerts/groups`.
    ///
    /// ```no_run
    /// # async fn run(client: alertmanager_types::Client) -> Result<(), alertmanager_types::Error> {
    /// for group in client.alerts().groups().await? {
    ///     println!("{}: {} alerts for {}", group.labels, group.alerts.len(), group.receiver.name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn groups(&self) -> List<AlertGroupsQuery, AlertGroup> {
        let request = Request::get("listing the alert groups of Alertmanager").path(AlertGroupsQuery::PATH);
        List::new(&self.0, request, AlertGroupsQuery::filter, AlertGroupsQuery::pairs)
    }

    /// Tells Alertmanager of alerts, as Prometheus does: `POST /alerts`. The same alert posted again is the same alert, so
    /// it is sent again where the first attempt is in doubt.
    ///
    /// ```no_run
    /// # async fn run(client: alertmanager_types::Client) -> Result<(), alertmanager_types::Error> {
    /// use alertmanager_types::Labels;
    /// use alertmanager_types::api::PostableAlert;
    ///
    /// let labels = Labels::from([("alertname", "BackupFailed"), ("severity", "page")]);
    /// client.alerts().post(&[PostableAlert::new(labels)]).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn post(&self, alerts: &[PostableAlert]) -> Call<()> {
        let request = Request::post("posting alerts to Alertmanager").path(AlertsQuery::PATH).idempotent();
        Call::empty(&self.0, request).body(alerts)
    }
}

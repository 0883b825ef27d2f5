//! The front without a cloud: the default features, over ports of one's own.

use scaler::model::{ConfigId, Size, Template};
use scaler::ports::{Balancer, Compute};
use scaler::{Group, Outcome, Scaler};

pub async fn release(
    compute: impl Compute + 'static,
    balancer: impl Balancer + 'static,
) -> Result<Outcome, Box<dyn std::error::Error>> {
    let template = Template::new("release-4.2", ["g6-standard-2"]);
    let web = Group::new("web".parse()?, Size::from(2..=6), vec![ConfigId(11873)], template);
    let scaler = Scaler::builder().compute(compute).balancer(balancer).group(web).build()?;
    Ok(scaler.group("web")?.scale_up(2).because("release 4.2").await?)
}

//! Images.

use super::target::Target;
use crate::call::Call;
use crate::client::Client;
use crate::list::{Identified, List};
use crate::models::Image;
use crate::operation::Operation;

/// Images: `/images`.
#[derive(Debug, Clone)]
pub struct Images(Target);

/// One image: `/images/{id}`.
#[derive(Debug, Clone)]
pub struct ImageHandle(Target);

impl Client {
    /// Images.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// let images = client.images().list().await?;
    /// println!("{} images", images.len());
    /// # Ok(())
    /// # }
    /// ```
    pub fn images(&self) -> Images {
        Images(Target::new(self, "images"))
    }

    /// One image, such as `linode/debian12` or `private/123`.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// let debian = client.image("linode/debian12").get().await?;
    /// println!("{}", debian.label);
    /// # Ok(())
    /// # }
    /// ```
    pub fn image(&self, id: &str) -> ImageHandle {
        ImageHandle(self.images().0.child(id, format!("image {id}")))
    }
}

impl Images {
    /// All images that the token sees, public ones included; filterable by `is_public`, `label`, `tags` and others.
    ///
    /// ```no_run
    /// use linode_api::Filter;
    ///
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// let private = client.images().list().filter(Filter::eq("is_public", false)).await?;
    /// println!("{} images of the account", private.len());
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(&self) -> List<Image> {
        self.0.list(Operation::ListImages, &self.0)
    }
}

impl ImageHandle {
    /// The image.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// let debian = client.image("linode/debian12").get().await?;
    /// assert!(debian.reads_user_data(), "it has cloud-init");
    /// # Ok(())
    /// # }
    /// ```
    pub fn get(&self) -> Call<Image> {
        self.0.json(Operation::GetImage, format!("getting {}", self.0))
    }
}

impl Identified for Image {
    type Id = String;

    fn identity(&self) -> String {
        self.id.clone()
    }
}

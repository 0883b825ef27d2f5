//! Whose token it is, what it may do, and what the account's settings mean for what it creates.

use api_transport::Request;
use api_transport::http::StatusCode;

use crate::call::Call;
use crate::client::Linode;
use crate::list::{Identified, List};
use crate::models::{
    Account, AccountAvailability, AccountSettings, Event, EventId, Grants, Maintenance, Profile,
};
use crate::scopes::Scopes;

const EVENTS: &str = "account/events";
const AVAILABILITY: &str = "account/availability";

/// The account: `/account`.
#[derive(Debug, Clone)]
pub struct AccountFamily(Linode);

/// The token's user: `/profile`.
#[derive(Debug, Clone)]
pub struct ProfileFamily(Linode);

/// What happened on the account in the last 90 days: `/account/events`.
#[derive(Debug, Clone)]
pub struct Events(Linode);

impl Linode {
    /// The account.
    pub fn account(&self) -> AccountFamily {
        AccountFamily(self.clone())
    }

    /// The token's user.
    pub fn profile(&self) -> ProfileFamily {
        ProfileFamily(self.clone())
    }

    /// What happened on the account.
    pub fn events(&self) -> Events {
        Events(self.clone())
    }
}

impl AccountFamily {
    /// The account itself. Needs the scope `account:read_only`.
    pub fn get(&self) -> Call<Account> {
        Call::json(&self.0, self.0.at(Request::get("getting the account"), "account"))
    }

    /// What new instances get that do not say otherwise. Needs the scope `account:read_only`.
    pub fn settings(&self) -> Call<AccountSettings> {
        Call::json(&self.0, self.0.at(Request::get("getting the account's settings"), "account/settings"))
    }

    /// Which services the account may use in which region.
    pub fn availability(&self) -> List<AccountAvailability> {
        let request = Request::get("listing the account's availability").family(AVAILABILITY);
        List::new(&self.0, self.0.at(request, AVAILABILITY))
    }

    /// Announced maintenance: reboots and cold migrations take an instance offline.
    pub fn maintenance(&self) -> List<Maintenance> {
        List::new(
            &self.0,
            self.0.at(Request::get("listing the account's maintenance"), "account/maintenance"),
        )
    }
}

impl ProfileFamily {
    /// The token's user. Needs no scope.
    pub fn get(&self) -> Call<Profile> {
        Call::json(&self.0, self.0.at(Request::get("getting the profile"), "profile"))
    }

    /// What the token may do, from the header that the API adds to its answers. Needs no scope.
    pub fn scopes(&self) -> Call<Scopes> {
        let request = self.0.at(Request::get("getting the token's scopes"), "profile");
        Call::decoded_by(&self.0, request, |response, attempting| {
            let header = response.headers().get("x-oauth-scopes").and_then(|value| value.to_str().ok());
            match header.map(Scopes::parse) {
                Some(scopes) => Ok(scopes),
                None => Err(response.not_understood(attempting, "the answer has no X-OAuth-Scopes header")),
            }
        })
    }

    /// What the token's user was granted; `None` for an unrestricted user, who may do all. Needs no scope.
    pub fn grants(&self) -> Call<Option<Grants>> {
        let request = self.0.at(Request::get("getting the grants"), "profile/grants");
        Call::decoded_by(&self.0, request, |response, attempting| match response.status() {
            StatusCode::NO_CONTENT => Ok(None),
            _ => response.json(attempting).map(Some),
        })
    }
}

impl Events {
    /// Events, newest first unless ordered otherwise. They lag behind what they tell; see
    /// [`Filter::about_instance`](crate::Filter::about_instance) and [`Filter::created_since`](crate::Filter::created_since).
    /// Needs the scope `events:read_only`.
    pub fn list(&self) -> List<Event> {
        List::new(&self.0, self.0.at(Request::get("listing events").family(EVENTS), EVENTS))
    }

    /// One event.
    pub fn get(&self, id: EventId) -> Call<Event> {
        Call::json(&self.0, self.0.at(Request::get(format!("getting event {id}")), EVENTS).segment(id))
    }
}

impl Identified for Event {
    fn identity(&self) -> String {
        self.id.to_string()
    }
}

impl Identified for AccountAvailability {
    fn identity(&self) -> String {
        self.region.clone()
    }
}

/// Maintenance has no id: the thing, the kind and the time tell one from the other.
impl Identified for Maintenance {
    fn identity(&self) -> String {
        format!("{:?} {:?} {:?}", self.entity, self.kind, self.when)
    }
}

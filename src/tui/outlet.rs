//! Where messages go that are for one tab.
//!
//! Owns: telling the tabs apart on the one way that all messages come by.
//! Refuses: what is in them (message), who takes them in (session).

use tokio::sync::mpsc::UnboundedSender;

use super::message::Message;

/// Names a tab for as long as the program runs.
pub(super) type TabId = u32;

/// A message with the tab that it is for; `None`: the one that is shown.
pub(super) type Posted = (Option<TabId>, Message);

/// The sending end.
#[derive(Clone)]
pub struct Outlet(OutletEnd);

#[derive(Clone)]
enum OutletEnd {
    /// There is nothing but one explorer.
    Alone(UnboundedSender<Message>),
    /// There may be several.
    Tabs(Option<TabId>, UnboundedSender<Posted>),
}

impl Outlet {
    /// For a tab, or for that which is shown.
    pub(super) fn of(tab: Option<TabId>, to: UnboundedSender<Posted>) -> Self {
        Outlet(OutletEnd::Tabs(tab, to))
    }

    /// Sends; false once nobody listens any more.
    pub fn send(&self, message: Message) -> bool {
        match &self.0 {
            OutletEnd::Alone(to) => to.send(message).is_ok(),
            OutletEnd::Tabs(tab, to) => to.send((*tab, message)).is_ok(),
        }
    }
}

impl From<UnboundedSender<Message>> for Outlet {
    fn from(to: UnboundedSender<Message>) -> Self {
        Outlet(OutletEnd::Alone(to))
    }
}

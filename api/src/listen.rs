//! Where the server listens, and what it says when it cannot.
//!
//! `localhost` is two addresses; both are taken, so that it does not matter which one a browser tries.
//! The second is a courtesy: a machine without IPv6 is served all the same.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, ToSocketAddrs as _};
use std::str::FromStr;

/// What to listen on: both loopback addresses, or one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listen {
    /// Only this machine, by IPv4 and IPv6.
    Loopback {
        /// The port; 0 lets the system choose.
        port: u16,
    },
    /// One address.
    Address(SocketAddr),
}

/// Why the server cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Somebody else listens there.
    #[error(
        "port {port} of {address} is taken by another program: stop that program, or choose another port with KONDUCTRO_LISTEN, for example `KONDUCTRO_LISTEN=localhost:{next} ./justw run`"
    )]
    Taken {
        /// The address.
        address: IpAddr,
        /// The port.
        port: u16,
        /// One to try instead.
        next: u16,
    },
    /// The port is reserved for root.
    #[error("port {port} may only be used by root: choose one from 1024 up with KONDUCTRO_LISTEN")]
    Forbidden {
        /// The port.
        port: u16,
    },
    /// The address is not one of this machine's.
    #[error(
        "{address} is not an address of this machine: choose another with KONDUCTRO_LISTEN, or 0.0.0.0 for all of them"
    )]
    NotOurs {
        /// The address.
        address: IpAddr,
    },
    /// Anything else.
    #[error("cannot listen on {address}: {source}")]
    Io {
        /// Where.
        address: SocketAddr,
        /// Why not.
        source: io::Error,
    },
}

impl Listen {
    /// Opens the sockets; never empty.
    ///
    /// # Errors
    /// When the address cannot be listened on, saying what to do.
    pub fn bind(self) -> Result<Vec<TcpListener>, ListenError> {
        match self {
            Self::Address(address) => Ok(vec![bind(address)?]),
            Self::Loopback { port } => {
                let first = bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
                let chosen = first.local_addr().map_or(port, |address| address.port());
                match bind(SocketAddr::from((Ipv6Addr::LOCALHOST, chosen))) {
                    Ok(second) => Ok(vec![first, second]),
                    // Another program there would answer half of the browsers in our name.
                    Err(error @ ListenError::Taken { .. }) if port != 0 => Err(error),
                    Err(error) => {
                        tracing::debug!(%error, "listening by IPv4 only");
                        Ok(vec![first])
                    }
                }
            }
        }
    }

    /// How a browser on this machine reaches it.
    #[must_use]
    pub fn url(self, port: u16) -> String {
        match self {
            Self::Address(address) if !address.ip().is_loopback() && !address.ip().is_unspecified() => {
                format!("http://{}", SocketAddr::new(address.ip(), port))
            }
            Self::Address(SocketAddr::V6(address)) if address.ip().is_loopback() => format!("http://[::1]:{port}"),
            _ => format!("http://localhost:{port}"),
        }
    }
}

impl FromStr for Listen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong =
            || format!("`{text}` is not an address with a port: write for example localhost:8080 or 0.0.0.0:8080");
        let port = text.strip_prefix("localhost:").or_else(|| text.strip_prefix(':')).unwrap_or(text);
        if let Ok(port) = port.parse() {
            return Ok(Self::Loopback { port });
        }
        text.to_socket_addrs().ok().and_then(|mut found| found.next()).map(Self::Address).ok_or_else(wrong)
    }
}

fn bind(address: SocketAddr) -> Result<TcpListener, ListenError> {
    let (ip, port) = (address.ip(), address.port());
    let listener = TcpListener::bind(address).map_err(|source| match source.kind() {
        ErrorKind::AddrInUse => ListenError::Taken { address: ip, port, next: port.checked_add(1).unwrap_or(8080) },
        ErrorKind::PermissionDenied => ListenError::Forbidden { port },
        ErrorKind::AddrNotAvailable => ListenError::NotOurs { address: ip },
        _ => ListenError::Io { address, source },
    })?;
    listener.set_nonblocking(true).map_err(|source| ListenError::Io { address, source })?;
    Ok(listener)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_people_write_it() {
        for text in ["8080", ":8080", "localhost:8080"] {
            assert_eq!(text.parse(), Ok(Listen::Loopback { port: 8080 }), "{text}");
        }
        let all: SocketAddr = SocketAddr::from(([0, 0, 0, 0], 80));
        assert_eq!("0.0.0.0:80".parse(), Ok(Listen::Address(all)));
        for text in ["", "localhost", "99999", "0.0.0.0", "localhost:http"] {
            assert!(text.parse::<Listen>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_taken_port_says_what_to_do() -> Result<(), Box<dyn std::error::Error>> {
        let holder = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = holder.local_addr()?.port();
        let error = Listen::Loopback { port }.bind().err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains(&port.to_string()) && error.contains("KONDUCTRO_LISTEN"), "{error}");
        Ok(())
    }

    #[test]
    fn the_url_is_one_that_a_browser_here_can_open() {
        let all = Listen::Address(SocketAddr::from(([0, 0, 0, 0], 8080)));
        assert_eq!(all.url(8080), "http://localhost:8080");
        assert_eq!(Listen::Loopback { port: 0 }.url(4711), "http://localhost:4711");
        assert_eq!(Listen::Address(SocketAddr::from(([10, 0, 0, 7], 80))).url(80), "http://10.0.0.7:80");
    }
}

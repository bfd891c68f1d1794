//! What a service account signs to be given a token.
//!
//! Owns: the key file, the signed claim. The client's own library does the same, but goes past proxies and tells no failure from another.
//! Refuses: sending it (exchange). Nothing of a key is ever part of an error.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde::Deserialize;

use crate::ground::time::Micros;

/// Seconds that a token is asked for; Google gives no more.
const LIFE: i64 = 3600;

/// The key of a service account. Not printable.
#[derive(Clone, Deserialize)]
pub(in super::super) struct ServiceKey {
    client_email: String,
    private_key: String,
    private_key_id: Option<String>,
    pub(super) token_uri: Option<String>,
}

impl ServiceKey {
    /// The claim that is turned in at `audience` for a token of that scope.
    ///
    /// # Errors
    /// The key is none.
    pub(super) fn assertion(&self, audience: &str, scope: &str, now: Micros) -> Result<String, &'static str> {
        let wrong = "its private key cannot be used";
        let lines: String = self.private_key.lines().map(str::trim).filter(|line| !line.starts_with("-----")).collect();
        let der = STANDARD.decode(lines).map_err(|_| wrong)?;
        let key = RsaKeyPair::from_pkcs8(&der).or_else(|_| RsaKeyPair::from_der(&der)).map_err(|_| wrong)?;
        let issued = now.div_euclid(1_000_000);
        let header = serde_json::json!({"alg": "RS256", "typ": "JWT", "kid": self.private_key_id});
        let claim = serde_json::json!({"iss": self.client_email, "scope": scope, "aud": audience, "iat": issued, "exp": issued + LIFE});
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claim.to_string()));
        let mut signature = vec![0; key.public().modulus_len()];
        key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).map_err(|_| wrong)?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

// Identity providers that authenticate users for this server, by OpenID Connect Core 1.0.

/** This server, as it is registered at a provider. */
export interface ProviderClient {
  /** The provider’s issuer identifier, such as `https://accounts.google.com`. */
  readonly issuer: string;
  readonly clientId: string;
  /** Undefined for a public client, which has no secret. */
  readonly clientSecret: string | undefined;
}

/** Values that bind a login to the browser that began it. The provider returns or checks all of them. */
export interface LoginRequest {
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string;
  /** The code verifier of PKCE: 43 to 128 characters (RFC 7636, section 4.1). */
  readonly codeVerifier: string;
}

export interface ProvenIdentity {
  /** Identifies a person at this provider forever: at most 255 characters of ASCII. */
  readonly subject: string;
  /** The name that the provider shows. People can change it, so it must never decide who may log in. Can be empty. */
  readonly preferredUsername: string;
}

/**
 * Every request has a time limit, and every response a size limit. Issuers and all their endpoints must be HTTPS.
 * Failures are a MachineError `failed`, whose message says what is wrong at the provider.
 */
export interface MachineIdentityProviders {
  /** True if providers on this machine itself may do without HTTPS. */
  readonly allowsLoopback: boolean;
  /** Reads the provider’s metadata and its keys. @throws MachineError `failed` if nobody could log in. */
  assertUsable(issuer: string): Promise<void>;
  /** The address at the provider to which the browser is sent. @throws MachineError `failed`. */
  authorizationUrl(client: ProviderClient, request: LoginRequest): Promise<string>;
  /**
   * Exchanges the code with which the browser came back for an ID token, and verifies that token: signature, issuer,
   * audience, expiry and nonce. `query`: the query of the request to the redirect URI, as the browser sent it.
   * @throws MachineError `failed`.
   */
  identify(client: ProviderClient, request: LoginRequest, query: string): Promise<ProvenIdentity>;
}

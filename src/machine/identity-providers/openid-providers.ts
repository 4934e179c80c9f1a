// OpenID Connect, with openid-client: discovery, authorization codes with PKCE, and the verification of ID tokens.
import * as openid from 'openid-client';
import type {
  LoginRequest,
  MachineIdentityProviders,
  ProvenIdentity,
  ProviderClient,
} from '../../core/machine-identity-providers.ts';
import { MachineError } from '../../core/machine-error.ts';
import { faultOf } from './faults.ts';
import { assertAllowed, limitedFetch, ProviderFault } from './limited-fetch.ts';

/** For each request. */
const TIMEOUT_SECONDS = 10;
/** How far the clocks of a provider and of this server may differ. */
const CLOCK_TOLERANCE_SECONDS = 30;
/** How long the metadata of a provider is used before it is read again. */
const REMEMBERED_MS = 10 * 60_000;
const MAX_REMEMBERED = 100;
/** The claim `preferred_username` belongs to the scope `profile`. */
const SCOPE = 'openid profile email';

// Marked as deprecated so that it stands out. `limitedFetch` allows plain HTTP for loopback addresses only.
// oxlint-disable-next-line typescript/no-deprecated
const allowPlainHttp: (configuration: openid.Configuration) => void = openid.allowInsecureRequests;

interface Remembered {
  readonly configuration: Promise<openid.Configuration>;
  readonly until: number;
}

export class OpenIdProviders implements MachineIdentityProviders {
  readonly allowsLoopback: boolean;
  readonly #now: () => number;
  readonly #remembered = new Map<string, Remembered>();

  constructor({ allowsLoopback, now }: { readonly allowsLoopback: boolean; readonly now: () => number }) {
    this.allowsLoopback = allowsLoopback;
    this.#now = now;
  }

  assertUsable(issuer: string): Promise<void> {
    return naming(issuer, async () => {
      const { jwks_uri: keys = '' } = await this.#discover(issuer);
      const response = await this.#fetch(keys, { signal: AbortSignal.timeout(TIMEOUT_SECONDS * 1000) });
      const read = (await response.json().catch(() => undefined)) as { keys?: unknown } | undefined;
      if (!response.ok || !Array.isArray(read?.keys)) throw new ProviderFault(`it has no keys at “${keys}”`);
    });
  }

  authorizationUrl(client: ProviderClient, request: LoginRequest): Promise<string> {
    return naming(client.issuer, async () => {
      const url = openid.buildAuthorizationUrl(await this.#configurationOf(client), {
        redirect_uri: request.redirectUri,
        scope: SCOPE,
        state: request.state,
        nonce: request.nonce,
        code_challenge: await openid.calculatePKCECodeChallenge(request.codeVerifier),
        code_challenge_method: 'S256',
      });
      return url.href;
    });
  }

  identify(client: ProviderClient, request: LoginRequest, query: string): Promise<ProvenIdentity> {
    return naming(client.issuer, async () => {
      const configuration = await this.#configurationOf(client);
      const tokens = await openid.authorizationCodeGrant(
        configuration,
        new URL(`${request.redirectUri}?${query}`),
        {
          pkceCodeVerifier: request.codeVerifier,
          expectedState: request.state,
          expectedNonce: request.nonce,
          idTokenExpected: true,
        },
      );
      const claims = tokens.claims();
      const subject = claims?.sub ?? '';
      if (!/^[\x20-\x7e]{1,255}$/.test(subject)) throw new ProviderFault('its ID token has no valid “sub”');
      const name =
        nameIn(claims) || (await this.#nameAtProvider(configuration, tokens.access_token, subject));
      return { subject, preferredUsername: name };
    });
  }

  /** The user information that is not in the ID token. */
  async #nameAtProvider(
    configuration: openid.Configuration,
    accessToken: string,
    subject: string,
  ): Promise<string> {
    if (configuration.serverMetadata().userinfo_endpoint === undefined) return '';
    return nameIn(await openid.fetchUserInfo(configuration, accessToken, subject));
  }

  async #configurationOf(client: ProviderClient): Promise<openid.Configuration> {
    const key = JSON.stringify([client.issuer, client.clientId, client.clientSecret ?? null]);
    const known = this.#remembered.get(key);
    if (known !== undefined && this.#now() < known.until) return known.configuration;
    const configuration = this.#configure(client);
    if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear();
    this.#remembered.set(key, { configuration, until: this.#now() + REMEMBERED_MS });
    configuration.catch(() => this.#remembered.delete(key));
    return configuration;
  }

  async #configure({ issuer, clientId, clientSecret }: ProviderClient): Promise<openid.Configuration> {
    const server = await this.#discover(issuer);
    const configuration = new openid.Configuration(
      server,
      clientId,
      { [openid.clockTolerance]: CLOCK_TOLERANCE_SECONDS },
      authenticationAt(server, clientSecret),
    );
    configuration.timeout = TIMEOUT_SECONDS;
    configuration[openid.customFetch] = this.#fetch;
    // Otherwise the package relies on TLS, and does not verify the signature of an ID token.
    openid.enableNonRepudiationChecks(configuration);
    // `#fetch` and `#discover` check every address more strictly.
    if (this.allowsLoopback) allowPlainHttp(configuration);
    return configuration;
  }

  async #discover(issuer: string): Promise<openid.ServerMetadata> {
    const url = new URL(issuer);
    assertAllowed(url, this.allowsLoopback);
    const discovered = await openid.discovery(url, 'discovery', undefined, openid.None(), {
      timeout: TIMEOUT_SECONDS,
      [openid.customFetch]: this.#fetch,
      execute: this.allowsLoopback ? [allowPlainHttp] : [],
    });
    const metadata = discovered.serverMetadata();
    // A provider for many organisations replaces a part of its issuer by the organisation of each user.
    if (new URL(metadata.issuer).href !== url.href) {
      throw new ProviderFault('its metadata names another issuer');
    }
    for (const name of ['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const) {
      const endpoint = metadata[name];
      if (endpoint === undefined || !URL.canParse(endpoint)) {
        throw new ProviderFault(`its metadata has no valid “${name}”`);
      }
      assertAllowed(new URL(endpoint), this.allowsLoopback);
    }
    return metadata;
  }

  readonly #fetch = (url: string, options: object): Promise<Response> =>
    limitedFetch(url, options, this.allowsLoopback);
}

/** The default of OpenID Connect Discovery 1.0, section 3, is client_secret_basic. */
function authenticationAt(
  { token_endpoint_auth_methods_supported: methods }: openid.ServerMetadata,
  secret: string | undefined,
): openid.ClientAuth {
  if (secret === undefined) return openid.None();
  const takesBasic = methods === undefined || methods.includes('client_secret_basic');
  return takesBasic ? openid.ClientSecretBasic(secret) : openid.ClientSecretPost(secret);
}

function nameIn(claims: Readonly<Record<string, unknown>> | undefined): string {
  const names = [claims?.preferred_username, claims?.email, claims?.name];
  const name = names.find((one) => typeof one === 'string' && one.trim() !== '') as string | undefined;
  return (name ?? '')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '')
    .trim()
    .slice(0, 255)
    .toWellFormed();
}

async function naming<T>(issuer: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new MachineError('failed', `The identity provider ${issuer} cannot be used: ${faultOf(error)}.`, {
      cause: error,
    });
  }
}

// The identity providers that this program knows. Each further one has an ID that the administrator chooses.

export interface KnownProvider {
  readonly displayName: string;
  /** Undefined if it is different for each organisation. */
  readonly issuer?: string;
  readonly documentationUrl: string;
  /** Six hexadecimal digits: the background of the button. White text on it has a contrast of at least 4.5. */
  readonly color: string;
}

export const known: Readonly<Record<string, KnownProvider>> = {
  google: {
    displayName: 'Google',
    issuer: 'https://accounts.google.com',
    documentationUrl: 'https://developers.google.com/identity/openid-connect/openid-connect',
    color: 'c5221f',
  },
  keycloak: {
    displayName: 'Keycloak',
    documentationUrl: 'https://www.keycloak.org/documentation',
    color: '00507d',
  },
  microsoft: {
    displayName: 'Microsoft',
    documentationUrl: 'https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc',
    color: '2f2f2f',
  },
  openid: {
    displayName: 'OpenID Connect',
    documentationUrl: 'https://openid.net/developers/how-connect-works/',
    color: '8a4700',
  },
};

/** A provider with an ID of the administrator’s choice. */
function unknown(id: string): KnownProvider {
  return { displayName: id, documentationUrl: known.openid?.documentationUrl ?? '', color: '24527a' };
}

export function describe(id: string): KnownProvider {
  return Object.hasOwn(known, id) ? (known[id] ?? unknown(id)) : unknown(id);
}

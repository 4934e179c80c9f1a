// How mail programs reach a mailbox, and the profile with which Apple’s devices set themselves up.
import { INVISIBLE } from '../../../core/quote.ts';

/** The ports that Exim and Dovecot listen on. Passwords are accepted over TLS only. */
export const IMAP_PORT = 993;
export const POP3_PORT = 995;
export const SMTP_PORT = 465;
/** From server to server, without login. */
export const SMTP_RELAY_PORT = 25;
/** With STARTTLS. */
export const IMAP_UPGRADED_PORT = 143;
export const SMTP_UPGRADED_PORT = 587;

export interface ProfileOptions {
  /** `sales@bob.example`, or the name of an account for its own mailbox. */
  readonly login: string;
  /** The address that it sends as. */
  readonly address: string;
  /** The name of the mail servers, for which they have a certificate. */
  readonly hostname: string;
  /** SHA-256 of the login and the hostname: the same profile has the same IDs, and replaces an earlier one. */
  readonly digest: Uint8Array;
}

type PlistValue = string | number | boolean | readonly PlistValue[] | { readonly [key: string]: PlistValue };

/** A configuration profile, as an XML property list. */
export function renderProfile({ login, address, hostname, digest }: ProfileOptions): string {
  const identifier = `${hostname.split('.').reverse().join('.')}.${login.replace('@', '.at.')}`;
  const mail = {
    PayloadType: 'com.apple.mail.managed',
    PayloadVersion: 1,
    PayloadIdentifier: `${identifier}.email`,
    PayloadUUID: uuid(digest.subarray(0, 16)),
    PayloadDisplayName: `Mail of ${address}`,
    EmailAccountType: 'EmailTypeIMAP',
    EmailAccountDescription: address,
    EmailAddress: address,
    IncomingMailServerAuthentication: 'EmailAuthPassword',
    IncomingMailServerHostName: hostname,
    IncomingMailServerPortNumber: IMAP_PORT,
    IncomingMailServerUseSSL: true,
    IncomingMailServerUsername: login,
    OutgoingMailServerAuthentication: 'EmailAuthPassword',
    OutgoingMailServerHostName: hostname,
    OutgoingMailServerPortNumber: SMTP_PORT,
    OutgoingMailServerUseSSL: true,
    OutgoingMailServerUsername: login,
    OutgoingPasswordSameAsIncomingPassword: true,
  };
  const profile = {
    PayloadType: 'Configuration',
    PayloadVersion: 1,
    PayloadIdentifier: identifier,
    PayloadUUID: uuid(digest.subarray(16, 32)),
    PayloadDisplayName: `Mail of ${address}`,
    PayloadOrganization: hostname,
    PayloadRemovalDisallowed: false,
    PayloadContent: [mail],
  };
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n' +
    `<plist version="1.0">${plist(profile)}</plist>\n`
  );
}

function plist(value: PlistValue): string {
  if (typeof value === 'boolean') return value ? '<true/>' : '<false/>';
  if (typeof value === 'number') return `<integer>${value}</integer>`;
  if (typeof value === 'string') return `<string>${escaped(value)}</string>`;
  if (isList(value)) return `<array>${value.map(plist).join('')}</array>`;
  const entries = Object.entries(value).map(([key, one]) => `<key>${key}</key>${plist(one)}`);
  return `<dict>${entries.join('')}</dict>`;
}

const isList = (value: PlistValue): value is readonly PlistValue[] => Array.isArray(value);

const escaped = (text: string) =>
  text.replaceAll(INVISIBLE, '').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** The form that names and digests have (RFC 9562, version 8). */
function uuid(bytes: Uint8Array): string {
  const own = Uint8Array.from(bytes);
  own[6] = 0x80 | ((own[6] ?? 0) & 0x0f);
  own[8] = 0x80 | ((own[8] ?? 0) & 0x3f);
  const digits = [...own].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5').toUpperCase();
}

// Which virtual hosts need a certificate.
import type { Db } from '../../../../core/context.ts';
import type { Account } from '../../../accounts/rules/accounts.ts';
import { certificatesOf } from '../installed.ts';
import * as stored from '../stored.ts';
import * as own from './certificates.ts';

const DAY_MS = 86_400_000;
/** When AutoSSL may replace what others issued. */
const FOREIGN_DAYS = 3;
/** How long until this server looks at its certificates again (`tasks/autossl-renewals.ts`). */
const NEXT_LOOK_MS = 3_600_000;

export interface Installed {
  /** In lower case; may contain wildcards. */
  readonly names: readonly string[];
  /** Milliseconds since 1970-01-01, as the next one. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly isSelfSigned: boolean;
  /** SHA-256 of the certificate, in hexadecimal. */
  readonly fingerprint: string;
  /** True if AutoSSL installed it. */
  readonly isOurs: boolean;
  /** When its issuer wants it to be renewed. */
  readonly window?: own.Window;
  /** The URL of the directory of its issuer, if AutoSSL installed it. Empty if it is not known. */
  readonly directory?: string;
  /** Its ID in the store. */
  readonly certificateId: string;
}

/** The present certificates of an account, by virtual host. */
export async function installedOf(
  db: Db,
  account: Pick<Account, 'username'>,
): Promise<ReadonlyMap<string, Installed>> {
  const ours = await own.ofUser(db, account.username);
  const found = new Map<string, Installed>();
  for (const [servername, { certificateId }] of await certificatesOf(db, account)) {
    const { facts } = await stored.get(db, account.username, certificateId);
    const ofAutossl = ours.get(servername);
    const isOurs = ofAutossl?.fingerprint === facts.digest;
    found.set(servername, {
      names: facts.domains,
      notBefore: facts.notBefore * 1000,
      notAfter: facts.notAfter * 1000,
      isSelfSigned: facts.isSelfSigned,
      fingerprint: facts.digest,
      isOurs,
      certificateId,
      ...(isOurs && { window: ofAutossl.window, directory: ofAutossl.directory }),
    });
  }
  return found;
}

export type Need =
  /** The present certificate stays, for this reason. */
  | { readonly kind: 'none'; readonly why: string; readonly isTrouble?: true }
  /** `isDue`: also if it has no more names than the present one. */
  | { readonly kind: 'certificate'; readonly why: string; readonly isDue: boolean };

/**
 * @param wanted the names of the virtual host.
 * @param clobbers whether certificates of other issuers may be replaced if they are invalid or about to expire.
 */
export function needOf(
  wanted: readonly string[],
  present: Installed | undefined,
  { now, clobbers }: { readonly now: number; readonly clobbers: boolean },
): Need {
  if (present === undefined) return due('There is no certificate.');
  if (present.isSelfSigned) return due('The certificate is self-signed.');
  const { notAfter, isOurs } = present;
  const until = new Date(notAfter).toISOString().slice(0, 10);
  if (!isOurs) {
    const isInvalid = notAfter <= now || missingOf(wanted, present).length === wanted.length;
    const ends = now > lastChanceAt(present);
    if (!isInvalid && !ends) {
      return { kind: 'none', why: `Somebody else has installed a certificate, valid until ${until}.` };
    }
    if (!clobbers) {
      const why =
        `The certificate that somebody else has installed ${isInvalid ? 'is not valid' : `expires on ${until}`}, and AutoSSL may ` +
        'not replace it: set_autossl_metadata_key key=clobber_externally_signed value=1 allows that.';
      return { kind: 'none', why, isTrouble: true };
    }
    return due('The certificate that somebody else has installed is invalid or about to expire.');
  }
  if (notAfter <= now) return due(`The certificate has expired on ${until}.`);
  if (isRenewalDue(present, now)) {
    return due(
      present.window === undefined
        ? `The certificate expires on ${until}: less than a third of its life is left.`
        : `The certificate expires on ${until}, and its issuer wants it to be renewed now.`,
    );
  }
  const missing = missingOf(wanted, present);
  if (missing.length > 0) {
    return { kind: 'certificate', why: `The certificate lacks ${missing.join(', ')}.`, isDue: false };
  }
  return { kind: 'none', why: `The certificate is valid until ${until}.` };
}

const due = (why: string): Need => ({ kind: 'certificate', why, isDue: true });

type Life = Pick<Installed, 'notBefore' | 'notAfter' | 'fingerprint'> & { readonly window?: own.Window };

/**
 * True when a third of its life is left, or at a moment of the issuer’s window that differs from certificate to certificate,
 * so that many of one day are not renewed on one day (RFC 9773, section 4.2). An issuer that names a moment after the last
 * days is not believed.
 */
export function isRenewalDue(certificate: Life, now: number): boolean {
  const { notBefore, notAfter, fingerprint, window } = certificate;
  if (window === undefined) return now >= notAfter - (notAfter - notBefore) / 3;
  const place = Number.parseInt(fingerprint.slice(0, 8), 16) / 0xff_ff_ff_ff;
  const chosen = window.start + place * (window.end - window.start);
  return now + NEXT_LOOK_MS >= Math.min(chosen, lastChanceAt(certificate));
}

/** From then on, a certificate with fewer names is better than one that expires: three days, or a tenth of its life. */
export function lastChanceAt({ notBefore, notAfter }: Pick<Installed, 'notBefore' | 'notAfter'>): number {
  return notAfter - Math.min(FOREIGN_DAYS * DAY_MS, (notAfter - notBefore) / 10);
}

/** The names that the certificate does not have. */
export function missingOf(wanted: readonly string[], { names }: Pick<Installed, 'names'>): string[] {
  const has = new Set(names);
  return wanted.filter((name) => !has.has(name) && !has.has(name.replace(/^[^.]+\./, '*.')));
}

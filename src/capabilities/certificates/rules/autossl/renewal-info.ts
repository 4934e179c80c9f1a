// Asks the issuer when it wants each certificate to be renewed (ACME Renewal Information, RFC 9773).
import { AcmeError } from '../../../../core/machine-acme.ts';
import { renewalIdOf } from '../x509.ts';
import * as certificates from './certificates.ts';
import type { Issuer } from './issuer.ts';
import type { CheckContext } from './check-context.ts';

const HOUR_MS = 3_600_000;
/** If the issuer does not say, or cannot be asked (RFC 9773, section 4.3). */
const ASK_AGAIN_MS = 6 * HOUR_MS;
/** RFC 9773, section 4.3.2: not more often than once a minute, and at least once a day. */
const LEAST_MS = 60_000;
const MOST_MS = 24 * HOUR_MS;
const AT_ONCE = 6;
/** Then it is down. The renewals at a third of life do not need it. */
const MAX_FAILURES = 3;

/** @param username one account. Default: all. */
export async function refresh(
  context: CheckContext,
  issuer: Issuer,
  username: string | undefined,
): Promise<void> {
  const { transaction, now, machine, signal, log } = context;
  const { renewalInfo: base } = await issuer.directory();
  if (base === null) return;
  const { directory } = issuer.account;
  const rows = await transaction('reads', (db) =>
    certificates.toAskAbout(db, { directory, username, now: now() }),
  );
  const acme = await machine.acme();
  let failures = 0;
  const ask = async (row: (typeof rows)[number]) => {
    const id = renewalIdOf(row.pem);
    let window: certificates.Window;
    let waitMs = MOST_MS;
    try {
      const info = id === undefined ? undefined : await acme.renewalInfo(base, id);
      if (info !== undefined) {
        window = { start: info.start, end: info.end };
        waitMs = Math.min(Math.max(info.retryAfterMs ?? ASK_AGAIN_MS, LEAST_MS), MOST_MS);
      }
      failures = 0;
    } catch (error) {
      if (!(error instanceof AcmeError)) throw error;
      if (++failures === MAX_FAILURES) {
        log('warn', 0, `The issuer does not say when certificates are to be renewed. ${error.message}`);
      }
      return;
    }
    await transaction('changes', (db) => certificates.setWindow(db, row, window, now() + waitMs));
  };
  for (let at = 0; at < rows.length && failures < MAX_FAILURES; at += AT_ONCE) {
    signal.throwIfAborted();
    await Promise.all(rows.slice(at, at + AT_ONCE).map(ask));
  }
}

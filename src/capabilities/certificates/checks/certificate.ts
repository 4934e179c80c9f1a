// The certificates of the API server have not expired, and match their keys.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  note,
  ok,
  problem,
  warning,
  word,
  type Check,
  type Finding,
  type Subject,
} from '../../../ground/doctor/check.ts';

const DAY_MS = 86_400_000;
/** ACME certificates are renewed when a third of their life is left. At two weeks, or a sixth, the renewal has failed. */
const SOON_DAYS = 14;
const SOON_PART = 1 / 6;
const OWN_FILE = 'server.pem';
/** The files with the options of the API server's unit. */
const DEFAULTS = ['/etc/default/whmapi1d', '/etc/default/whmapi1'];

interface Pair {
  readonly certificate: string;
  readonly key: string;
}

const check: Check = {
  title: 'Certificate',
  order: 70,
  advisor: 'Certificate',

  async run(subject) {
    const own = join(subject.stateDirectory, OWN_FILE);
    const given = configured(subject);
    const pairs = [...given, ...(existsSync(own) ? [{ certificate: own, key: own }] : [])];
    if (pairs.length === 0) {
      return [note('There is no certificate yet. The API server creates one when it first starts.')];
    }
    return pairs.flatMap((pair) => examine(pair, pair.certificate === own, subject));
  },
};

/** Returns the certificates of running servers, and those in the unit's file of options. */
function configured({ isSandbox, servers }: Subject): Pair[] {
  const running = servers().flatMap(({ certificate }) => (certificate === undefined ? [] : [certificate]));
  const pairs = new Map(running.map((path) => [path, { certificate: path, key: '' }]));
  for (const path of isSandbox ? [] : DEFAULTS.filter((one) => existsSync(one))) {
    const text = readFileSync(path, 'utf8');
    const valueOf = (name: string) =>
      new RegExp(`^\\s*${name}=(["']?)(.+?)\\1\\s*$`, 'm').exec(text)?.[2] ?? '';
    const certificate = valueOf('WHMAPI1D_TLS_CERT');
    if (certificate !== '') pairs.set(certificate, { certificate, key: valueOf('WHMAPI1D_TLS_KEY') });
  }
  return [...pairs.values()];
}

function examine({ certificate: path, key }: Pair, isOwn: boolean, { now }: Subject): Finding[] {
  const restart = 'systemctl restart whmapi1d';
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(readFileSync(path));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const command = isOwn ? `mv ${word(path)} ${word(`${path}.old`)} && ${restart}` : undefined;
    return [problem(`“${path}” cannot be read as a certificate (PEM): ${reason}.`, command)];
  }
  const isSelfSigned = certificate.issuer === certificate.subject;
  const renew = isOwn && isSelfSigned ? 'whmapi1 reset_service_ssl_certificate service=cpanel' : undefined;
  const until = Date.parse(certificate.validTo);
  const life = until - Date.parse(certificate.validFrom);
  const date = new Date(until).toISOString().slice(0, 10);
  const next = isOwn ? 'install it with install_service_ssl_certificate.' : 'run: systemctl reload whmapi1d';
  const byIssuer = renew === undefined ? ` Renew it with the tool of its issuer, then ${next}` : '';
  const findings: Finding[] = [];
  if (until <= now()) findings.push(problem(`“${path}” expired on ${date}.${byIssuer}`, renew));
  else if (until - now() < Math.min(SOON_DAYS * DAY_MS, life * SOON_PART)) {
    findings.push(warning(`“${path}” expires on ${date}.${byIssuer}`, renew));
  }
  if (Date.parse(certificate.validFrom) > now()) {
    findings.push(
      problem(`“${path}” is not valid yet. Check the clock of this server.`, 'timedatectl status'),
    );
  }
  if (key !== '' && !isOf(certificate, key)) {
    findings.push(problem(`The key “${key}” does not belong to the certificate “${path}”.`));
  }
  return findings.length > 0 ? findings : [ok(`“${path}” is valid until ${date}.`)];
}

function isOf(certificate: X509Certificate, key: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(readFileSync(key)));
  } catch {
    return false;
  }
}

export default check;

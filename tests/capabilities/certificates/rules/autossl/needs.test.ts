import { createHash } from 'node:crypto';
import {
  isRenewalDue,
  lastChanceAt,
  missingOf,
  needOf,
  type Installed,
} from '../../../../../src/capabilities/certificates/rules/autossl/needs.ts';

const DAY_MS = 86_400_000;
const now = Date.parse('2026-11-26T08:06:00Z');
const wanted = ['bob.example', 'www.bob.example'];

/** A certificate of AutoSSL for 90 days, of which `age` have passed. */
const present = (age: number, more: Partial<Installed> = {}): Installed => ({
  names: wanted,
  notBefore: now - age * DAY_MS,
  notAfter: now + (90 - age) * DAY_MS,
  isSelfSigned: false,
  fingerprint: 'ab12',
  isOurs: true,
  certificateId: 'bob_example_1',
  ...more,
});
const need = (one: Installed | undefined, clobbers = false) => {
  const { kind, ...more } = needOf(wanted, one, { now, clobbers });
  return kind === 'none' ? kind : 'isDue' in more && more.isDue ? 'due' : 'names';
};

describe('a virtual host needs a certificate', () => {
  it.each<[string, Installed | undefined, string]>([
    ['without one', undefined, 'due'],
    ['with a self-signed one', present(0, { isSelfSigned: true, isOurs: false }), 'due'],
    ['in the last third of its life', present(60), 'due'],
    ['after its end', present(91), 'due'],
    ['if it lacks names', present(0, { names: ['bob.example'] }), 'names'],
    ['not before', present(59.9), 'none'],
    ['of six days, in the last third', present(4.1, { notAfter: now + 1.9 * DAY_MS }), 'due'],
    ['of six days, not before', present(3.9, { notAfter: now + 2.1 * DAY_MS }), 'none'],
    ['of 45 days, in the last third', present(30, { notAfter: now + 15 * DAY_MS }), 'due'],
    ['of 64 days, in the last third', present(42.7, { notAfter: now + 21.3 * DAY_MS }), 'due'],
    ['of 64 days, not before', present(42.6, { notAfter: now + 21.4 * DAY_MS }), 'none'],
    ['if its issuer wants it', present(1, { window: { start: now - DAY_MS, end: now - 1 } }), 'due'],
    ['not before its issuer does', present(70, { window: { start: now + DAY_MS, end: now + 9e8 } }), 'none'],
    [
      'in its last days, whatever its issuer says',
      present(87.1, { window: { start: now + 9e9, end: now + 9e9 } }),
      'due',
    ],
    ['not if a wildcard has the names', present(0, { names: ['bob.example', '*.bob.example'] }), 'none'],
  ])('%s', (_when, one, expected) => {
    expect(need(one)).toBe(expected);
  });

  it.each<[string, Installed, string, string]>([
    ['valid', present(10, { isOurs: false }), 'none', 'none'],
    ['without some names', present(10, { isOurs: false, names: ['bob.example'] }), 'none', 'none'],
    ['for other names', present(10, { isOurs: false, names: ['eve.example'] }), 'none', 'due'],
    ['more than three days before its end', present(86.9, { isOurs: false }), 'none', 'none'],
    ['less than three days before its end', present(87.1, { isOurs: false }), 'none', 'due'],
    ['after its end', present(91, { isOurs: false }), 'none', 'due'],
  ])('instead of one of another issuer, %s, only if that may be replaced', (_when, one, kept, clobbered) => {
    expect([need(one), need(one, true)]).toEqual([kept, clobbered]);
  });

  it('says what to set if it may not replace an invalid one', () => {
    const found = needOf(wanted, present(91, { isOurs: false }), { now, clobbers: false });
    expect(found).toMatchObject({ kind: 'none', isTrouble: true });
    expect(found.why).toContain('set_autossl_metadata_key key=clobber_externally_signed value=1');
  });
});

test('a wildcard stands for one label', () => {
  const names = ['a.bob.example', 'a.b.bob.example', 'bob.example', '*.bob.example'];
  expect(missingOf(names, { names: ['*.bob.example'] })).toEqual(['a.b.bob.example', 'bob.example']);
});

test('the last chance is three days before the end, or a tenth of the life', () => {
  expect(lastChanceAt({ notBefore: 0, notAfter: 90 * DAY_MS })).toBe(87 * DAY_MS);
  expect(lastChanceAt({ notBefore: 0, notAfter: 10 * DAY_MS })).toBe(9 * DAY_MS);
});

test('certificates of one day are renewed at moments of their own, in the whole window of the issuer', () => {
  const window = { start: now, end: now + 2 * DAY_MS };
  const certificates = Array.from({ length: 5000 }, (_, at) =>
    present(30, { window, fingerprint: createHash('sha256').update(String(at)).digest('hex') }),
  );
  const dueAfter = (days: number) =>
    certificates.filter((one) => isRenewalDue(one, now + days * DAY_MS - 3_600_000)).length;
  expect([dueAfter(0), dueAfter(2)]).toEqual([0, 5000]);
  for (const part of [0.5, 1, 1.5]) {
    expect(dueAfter(part)).toBeGreaterThan(2500 * part - 200);
    expect(dueAfter(part)).toBeLessThan(2500 * part + 200);
  }
});

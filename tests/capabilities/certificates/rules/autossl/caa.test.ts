// What CAA records (RFC 8659, RFC 8657) allow. tests/soak/autossl-issuer.test.ts asks a real issuer.
import {
  CaaLookups,
  type CaaIssuer,
} from '../../../../../src/capabilities/certificates/rules/autossl/caa.ts';
import type { CaaRecord, MachineResolver } from '../../../../../src/core/machine-resolver.ts';

const issuer: CaaIssuer = { identities: ['ca.example'], accountUrl: 'https://ca.example/7' };

/** The obstacles of a name, with records written as in a zone: `0 issue "ca.example"`. */
function obstacles(name: string, zone: Readonly<Record<string, readonly string[]>>, who = issuer) {
  const read = (line: string): CaaRecord => {
    const [, flags = '', tag = '', value = ''] = /^(\d+) (\w+) "(.*)"$/.exec(line) ?? [];
    return { isCritical: flags === '128', tag, value };
  };
  const caa = (at: string) => Promise.resolve((zone[at] ?? []).map(read));
  return new CaaLookups(() =>
    Promise.resolve({ caa } as Partial<MachineResolver> as MachineResolver),
  ).findObstacles(name, who);
}

const none = {};
const some = expect.any(String) as string;
const both = { 'http-01': some, 'dns-01': some };

test.each([
  ['no records', 'www.bob.example', {}, none],
  ['this issuer', 'bob.example', { 'bob.example': ['0 issue "ca.example"'] }, none],
  ['another issuer', 'bob.example', { 'bob.example': ['0 issue "other.example"'] }, both],
  ['another issuer, at a parent', 'a.www.bob.example', { 'bob.example': ['0 issue "other.example"'] }, both],
  [
    'this issuer, below a parent with another',
    'www.bob.example',
    { 'www.bob.example': ['0 issue "ca.example"'], 'bob.example': ['0 issue "other.example"'] },
    none,
  ],
  ['no wildcards', '*.bob.example', { 'bob.example': ['0 issue "ca.example"', '0 issuewild ";"'] }, both],
  [
    'no wildcards, for a name',
    'bob.example',
    { 'bob.example': ['0 issue "ca.example"', '0 issuewild ";"'] },
    none,
  ],
  [
    'another account',
    'bob.example',
    { 'bob.example': ['0 issue "ca.example; accounturi=https://ca.example/8"'] },
    both,
  ],
  [
    'one method',
    'bob.example',
    { 'bob.example': ['0 issue "ca.example; validationmethods=dns-01"'] },
    { 'http-01': some },
  ],
  ['an unknown critical tag', 'bob.example', { 'bob.example': ['128 tbs "x"'] }, both],
])('%s', async (_what, name, zone, expected) => {
  expect(await obstacles(name, zone)).toEqual(expected);
});

test('an issuer that does not say its names is forbidden only by records that allow no issuer', async () => {
  const silent = { ...issuer, identities: [] };
  expect(await obstacles('bob.example', { 'bob.example': ['0 issue "other.example"'] }, silent)).toEqual(
    none,
  );
  expect(await obstacles('bob.example', { 'bob.example': ['0 issue ";"'] }, silent)).toEqual(both);
});

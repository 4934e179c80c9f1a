// The evaluation of SPF records (RFC 7208), with the cases of the RFC and its limits.
import { MachineError } from '../../../../../src/core/machine-error.ts';
import {
  evaluateSpf,
  type SpfResolver,
} from '../../../../../src/capabilities/mail/rules/authentication/spf-evaluation.ts';

interface Answers {
  readonly texts?: Readonly<Record<string, readonly string[]>>;
  readonly ipv4?: Readonly<Record<string, readonly string[]>>;
  readonly ipv6?: Readonly<Record<string, readonly string[]>>;
  readonly mx?: Readonly<Record<string, readonly string[]>>;
  readonly names?: Readonly<Record<string, readonly string[]>>;
}

let asked: string[] = [];
beforeEach(() => {
  asked = [];
});

function resolverOf({ texts = {}, ipv4 = {}, ipv6 = {}, mx = {}, names = {} }: Answers): SpfResolver {
  const answer = (answers: Readonly<Record<string, readonly string[]>>) => async (name: string) => {
    asked.push(name);
    if (name.startsWith('broken.')) throw new MachineError('failed', `“${name}” could not be resolved.`);
    return [...(answers[name] ?? [])];
  };
  return {
    texts: answer(texts),
    ipv4: answer(ipv4),
    ipv6: answer(ipv6),
    namesOf: answer(names),
    mailServers: async (name) =>
      (await answer(mx)(name)).map((exchange, preference) => ({ exchange, preference })),
  };
}

async function evaluate(record: string, answers: Answers = {}, ip = '192.0.2.1') {
  const question = { domain: 'a.example', ip, helo: 'mx.a.example', now: () => 0 };
  const resolver = resolverOf({ ...answers, texts: { 'a.example': [record], ...answers.texts } });
  return (await evaluateSpf(resolver, question)).result;
}

const own = { ipv4: { 'a.example': ['192.0.2.1'] } };

test.each<[string, Answers, string]>([
  ['v=spf1 -all', {}, 'FAIL'],
  ['v=spf1 ~all', {}, 'SOFTFAIL'],
  ['v=spf1 ?all', {}, 'NEUTRAL'],
  ['v=spf1 all', {}, 'PASS'],
  ['V=SPF1 ALL', {}, 'PASS'],
  ['v=spf1', {}, 'NEUTRAL'],
  ['v=spf10 all', {}, 'NONE'],
  ['another text', {}, 'NONE'],
  ['v=spf1 ip4:192.0.2.1 -all', {}, 'PASS'],
  ['v=spf1 ip4:192.0.2.0/24 -all', {}, 'PASS'],
  ['v=spf1 ip4:192.0.3.0/24 -all', {}, 'FAIL'],
  ['v=spf1 ip4:192.0.3.0/23 -all', {}, 'PASS'],
  ['v=spf1 ip4:0.0.0.0/0 -all', {}, 'PASS'],
  ['v=spf1 ip6:2001:db8::/32 -all', {}, 'FAIL'],
  ['v=spf1 a -all', own, 'PASS'],
  ['v=spf1 a:b.example/24 -all', { ipv4: { 'b.example': ['192.0.2.200'] } }, 'PASS'],
  ['v=spf1 a:b.example/25 -all', { ipv4: { 'b.example': ['192.0.2.200'] } }, 'FAIL'],
  ['v=spf1 a/24//64 -all', { ipv4: { 'a.example': ['192.0.2.9'] } }, 'PASS'],
  ['v=spf1 mx -all', { mx: { 'a.example': ['m.example'] }, ipv4: { 'm.example': ['192.0.2.1'] } }, 'PASS'],
  ['v=spf1 mx -all', { mx: { 'a.example': [''] } }, 'FAIL'],
  ['v=spf1 -a:b.example all', { ipv4: { 'b.example': ['192.0.2.1'] } }, 'FAIL'],
  ['v=spf1 exists:%{ir}.list.example -all', { ipv4: { '1.2.0.192.list.example': ['127.0.0.2'] } }, 'PASS'],
  [
    'v=spf1 exists:%{l}._at.%{o2}.x.example -all',
    { ipv4: { 'postmaster._at.a.example.x.example': ['127.0.0.2'] } },
    'PASS',
  ],
  [
    'v=spf1 ptr -all',
    { names: { '192.0.2.1': ['mx.a.example'] }, ipv4: { 'mx.a.example': ['192.0.2.1'] } },
    'PASS',
  ],
  [
    'v=spf1 ptr -all',
    { names: { '192.0.2.1': ['mx.a.example'] }, ipv4: { 'mx.a.example': ['192.0.2.9'] } },
    'FAIL',
  ],
  [
    'v=spf1 ptr -all',
    { names: { '192.0.2.1': ['mxa.example'] }, ipv4: { 'mxa.example': ['192.0.2.1'] } },
    'FAIL',
  ],
  ['v=spf1 include:b.example -all', { texts: { 'b.example': ['v=spf1 ip4:192.0.2.1 -all'] } }, 'PASS'],
  ['v=spf1 include:b.example -all', { texts: { 'b.example': ['v=spf1 -all'] } }, 'FAIL'],
  ['v=spf1 include:b.example ?all', { texts: { 'b.example': ['v=spf1 -all'] } }, 'NEUTRAL'],
  ['v=spf1 redirect=b.example', { texts: { 'b.example': ['v=spf1 a:a.example -all'] }, ...own }, 'PASS'],
  ['v=spf1 redirect=b.example', { texts: { 'b.example': ['v=spf1 a -all'] }, ...own }, 'FAIL'],
  ['v=spf1 all redirect=b.example', {}, 'PASS'],
  ['v=spf1 moo=%{d} all', {}, 'PASS'],
  // Errors.
  ['v=spf1 include:b.example -all', {}, 'PERMERROR'],
  ['v=spf1 redirect=b.example', {}, 'PERMERROR'],
  ['v=spf1 include:b.example -all', { texts: { 'b.example': ['v=spf1 moo'] } }, 'PERMERROR'],
  ['v=spf1 all moo', {}, 'PERMERROR'],
  ['v=spf1 all:x', {}, 'PERMERROR'],
  ['v=spf1 ip4:192.0.2.1/33', {}, 'PERMERROR'],
  ['v=spf1 ip4:192.0.2.1/08', {}, 'PERMERROR'],
  ['v=spf1 ip4:2001:db8::1', {}, 'PERMERROR'],
  ['v=spf1 ip6:192.0.2.1', {}, 'PERMERROR'],
  ['v=spf1 a/33', {}, 'PERMERROR'],
  ['v=spf1 include', {}, 'PERMERROR'],
  ['v=spf1 include:%{x}.example', {}, 'PERMERROR'],
  ['v=spf1 redirect=b.example redirect=c.example', {}, 'PERMERROR'],
  ['v=spf1 a:broken.example all', {}, 'TEMPERROR'],
  ['v=spf1 include:broken.example all', {}, 'TEMPERROR'],
])('“%s” with %j: %s', async (record, answers, result) => {
  expect(await evaluate(record, answers)).toBe(result);
});

test('an IPv6 address has its own terms, lengths and macros', async () => {
  const six = '2001:db8::cb01';
  expect(await evaluate('v=spf1 ip6:2001:db8::/32 -all', {}, six)).toBe('PASS');
  expect(await evaluate('v=spf1 a//64 -all', { ipv6: { 'a.example': ['2001:db8::1'] } }, six)).toBe('PASS');
  expect(await evaluate('v=spf1 a//128 -all', { ipv6: { 'a.example': ['2001:db8::1'] } }, six)).toBe('FAIL');
  const nibbles = '1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2';
  const listed = { ipv4: { [`${nibbles}.ip6.list.example`]: ['127.0.0.2'] } };
  expect(await evaluate('v=spf1 exists:%{ir}.%{v}.list.example -all', listed, six)).toBe('PASS');
});

test('two records are an error', async () => {
  expect(await evaluate('v=spf1 all', { texts: { 'a.example': ['v=spf1 all', 'v=spf1 -all'] } })).toBe(
    'PERMERROR',
  );
});

test('ten lookups are allowed, eleven are not', async () => {
  const hosts = Array.from({ length: 11 }, (_, at) => `h${at}.example`);
  const ipv4 = Object.fromEntries(hosts.map((host) => [host, ['198.51.100.1']]));
  const terms = hosts.map((host) => `a:${host}`);
  expect(await evaluate(`v=spf1 ${terms.slice(0, 10).join(' ')} all`, { ipv4 })).toBe('PASS');
  expect(await evaluate(`v=spf1 ${terms.join(' ')} all`, { ipv4 })).toBe('PERMERROR');
});

test('only two lookups may find nothing', async () => {
  expect(await evaluate('v=spf1 a:x.example a:y.example all')).toBe('PASS');
  expect(await evaluate('v=spf1 a:x.example a:y.example a:z.example all')).toBe('PERMERROR');
});

test('a record that includes itself ends after ten lookups', async () => {
  expect(await evaluate('v=spf1 include:a.example -all')).toBe('PERMERROR');
  expect(asked.length).toBeLessThanOrEqual(11);
});

test('more than ten mail servers are an error, and so is an evaluation that takes too long', async () => {
  const exchanges = Array.from({ length: 11 }, (_, at) => `m${at}.example`);
  expect(await evaluate('v=spf1 mx all', { mx: { 'a.example': exchanges } })).toBe('PERMERROR');
  let time = 0;
  const question = { domain: 'a.example', ip: '192.0.2.1', helo: 'x', now: () => (time += 15_000) };
  const resolver = resolverOf({ texts: { 'a.example': ['v=spf1 a mx all'] } });
  expect((await evaluateSpf(resolver, question)).result).toBe('TEMPERROR');
});

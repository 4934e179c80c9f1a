// Lines of the main log as Exim 4.98 has written them, and what strangers can put into them.
import fc from 'fast-check';
import { readLine } from '../../../../src/capabilities/mail/driver/tracking/main-log-line.ts';

const ID = '1xYUnp-000000004Iq-0sXz';
const line = (text: string, id = ID) => `2026-12-01 20:50:17.212 [16544] ${id} ${text}`;
const time = new Date(2026, 11, 1, 20, 50, 17).getTime() / 1000;

describe('an arrival', () => {
  it('of a mailbox that has logged in, with a forged subject', () => {
    const text = String.raw`<= box1@d5.test H=(client.test) [192.0.2.9]:60584 I=[192.0.2.1]:587 P=esmtpsa A=plain:box1@d5.test S=267 T="hello => a@b \"quoted\" \\ F=<x@y> from <v@d6.test> for nobody@x" from <box1@d5.test> for a@world.test b@WORLD.test`;
    expect(readLine(line(text))).toEqual({
      ...{ kind: 'arrival', msgid: ID, time, logged: '2026-12-01 20:50:17', sender: 'box1@d5.test' },
      ...{ host: 'client.test', ip: '192.0.2.9', authenticator: 'plain', login: 'box1@d5.test', size: 267 },
      ...{ localUser: undefined, recipients: ['a@world.test', 'b@world.test'] },
    });
  });

  it('of a stranger with blanks in the sender and in the ID of the message', () => {
    const text = String.raw`<= "x\" => y"@nodmarc.test H=mx.out.test (client.test) [2001:db8::1]:60598 I=[2001:db8::2]:25 P=esmtp S=299 id="m A=plain:v@d6.test x"@foo T="in U=u0 P=local" from <"x\" => y"@nodmarc.test> for box1@d5.test`;
    expect(readLine(line(text))).toMatchObject({
      ...{ sender: String.raw`"x\" => y"@nodmarc.test`, host: 'mx.out.test', ip: '2001:db8::1' },
      ...{ authenticator: undefined, login: undefined, localUser: undefined, recipients: ['box1@d5.test'] },
    });
  });

  it.each([
    ['<= u0@mx.host.test U=u0 P=local S=283 T="local 1" from <u0@mx.host.test> for z@world.test', 'u0'],
    ['<= box1@d6.test U=u0 P=local-esmtp S=312 T="bs" from <box1@d6.test> for box1@d5.test', 'u0'],
    [
      `<= <> R=${ID} U=Debian-exim P=local S=1597 T="Mail delivery failed" from <> for b@d5.test`,
      'Debian-exim',
    ],
    // What another host says of its user (RFC 1413) counts for nothing.
    ['<= a@out.test H=(x) [192.0.2.9]:1 U=u0 P=local S=1 from <a@out.test> for b@d5.test', undefined],
  ])('of a program: %s', (text, localUser) => {
    expect(readLine(line(text))).toMatchObject({ kind: 'arrival', localUser });
  });

  it.each(['([198.51.100.9])', '(198.51.100.9)', 'mx.out.test ([198.51.100.9])'])(
    'of a client that calls itself %s has the address of the connection',
    (host) => {
      const text = `<= a@out.test H=${host} [192.0.2.9]:1 P=esmtp S=1 from <a@out.test> for b@d5.test`;
      expect(readLine(line(text))).toMatchObject({ ip: '192.0.2.9' });
    },
  );

  it('in a named queue, with an ID of 16 characters and a time zone', () => {
    const text =
      '2026-12-01 20:50:17 +0100 1abcDE-0000Xy-4Z <= a@d5.test Q=held-u0 H=[192.0.2.9] P=esmtpsa A=plain:u0 S=1 from <a@d5.test> for b@out.test';
    const seconds = Date.parse('2026-12-01T19:50:17Z') / 1000;
    expect(readLine(text)).toMatchObject({
      ...{ msgid: '1abcDE-0000Xy-4Z', time: seconds, host: '192.0.2.9', login: 'u0' },
      recipients: ['b@out.test'],
    });
  });
});

const delivered = (text: string) => readLine(line(text));

describe('a delivery', () => {
  it.each([
    [
      String.raw`=> a@world.test F=<box1@d5.test> P=<box1@d5.test> R=dnslookup T=remote_smtp S=279 H=mx.world.test [192.0.2.7]:25 I=[192.0.2.1] C="250 OK \"id=1\" => forged" QT=0.033s DT=0.001s`,
      {
        ...{ type: 'success', recipient: 'a@world.test', deliveredTo: 'a@world.test', router: 'dnslookup' },
        ...{
          transport: 'remote_smtp',
          host: 'mx.world.test',
          ip: '192.0.2.7',
          message: '250 OK "id=1" => forged',
        },
      },
    ],
    [
      '-> far@world.test <two@D5.test> F=<s@out.test> P=<s@out.test> R=dnslookup T=remote_smtp H=[192.0.2.7]:25',
      { type: 'success', recipient: 'two@d5.test', deliveredTo: 'far@world.test', host: '192.0.2.7' },
    ],
    [
      '=> box1 <info@d5.test> F=<s@out.test> R=mailbox T=lmtp S=356 C="250 2.0.0 <box1@d6.test> yPe4 Saved" QT=0.022s',
      { recipient: 'info@d5.test', deliveredTo: 'box1@d6.test', transport: 'lmtp', host: undefined },
    ],
    [
      '=> box1 <box1@d5.test> F=<> P=<> R=mailbox T=local S=1689 QT=0.027s DT=0.009s',
      { recipient: 'box1@d5.test', deliveredTo: 'box1@d5.test', message: 'Accepted' },
    ],
    [
      '=> a => b x <"a => b x"@d5.test> F=<s@out.test> P=<s@out.test> R=mailbox T=local S=348 QT=0.048s DT=0.027s',
      {
        type: 'success',
        recipient: '"a => b x"@d5.test',
        deliveredTo: '"a => b x"@d5.test',
        router: 'mailbox',
      },
    ],
    [
      '=> :blackhole: <trash@d5.test> R=aliases',
      { recipient: 'trash@d5.test', deliveredTo: ':blackhole:', transport: undefined },
    ],
    [
      '=> |/usr/bin/vacation x <me@d5.test> R=userforward T=address_pipe',
      { recipient: 'me@d5.test', deliveredTo: '|/usr/bin/vacation x', transport: 'address_pipe' },
    ],
    [
      '** bad@world.test F=<box1@d5.test> P=<box1@d5.test> R=dnslookup T=remote_smtp H=mx.world.test [192.0.2.7]:25 I=[192.0.2.1]: SMTP error from remote mail server after RCPT TO:<bad@world.test>: 550 no such "user" => x <y> DT=0.000s',
      {
        ...{ type: 'failure', recipient: 'bad@world.test', host: 'mx.world.test', ip: '192.0.2.7' },
        message:
          'SMTP error from remote mail server after RCPT TO:<bad@world.test>: 550 no such "user" => x <y>',
      },
    ],
    [
      '** bad@world.test R=dnslookup T=remote_smtp H=mx.world.test [192.0.2.7]:25: SMTP timeout',
      { type: 'failure', host: 'mx.world.test', ip: '192.0.2.7', message: 'SMTP timeout' },
    ],
    [
      '** nobody@d5.test F=<s@out.test>: Unrouteable address DT=0.000s',
      { type: 'failure', recipient: 'nobody@d5.test', transport: undefined, message: 'Unrouteable address' },
    ],
    [
      '** nobody@d5.test <info@d5.test>: Unrouteable address',
      {
        type: 'failure',
        recipient: 'info@d5.test',
        deliveredTo: 'nobody@d5.test',
        message: 'Unrouteable address',
      },
    ],
    [
      '** old@world.test: retry timeout exceeded',
      { type: 'failure', recipient: 'old@world.test', message: 'retry timeout exceeded' },
    ],
    [
      '== later@world.test R=dnslookup T=remote_smtp defer (-44) H=mx.world.test [192.0.2.7]:25 I=[192.0.2.1] DT=0.000s: SMTP error from remote mail server after RCPT TO:<later@world.test>: 451 come back H=evil [9.9.9.9]: later',
      {
        ...{ type: 'defer', recipient: 'later@world.test', host: 'mx.world.test', ip: '192.0.2.7' },
        message:
          'SMTP error from remote mail server after RCPT TO:<later@world.test>: 451 come back H=evil [9.9.9.9]: later',
      },
    ],
    [
      '== a@world.test R=dnslookup T=remote_smtp defer (111): Connection refused',
      { type: 'defer', message: 'Connection refused' },
    ],
    [
      '== defer@d5.test R=r_defer defer (-1) DT=0.000s: try later => a@b',
      { type: 'defer', router: 'r_defer', transport: undefined, message: 'try later => a@b' },
    ],
    ['== box1@d5.test R=mailbox T=local defer (-1) DT=0.002s', { type: 'defer', message: '' }],
  ])('%s', (text, expected) => {
    expect(delivered(text)).toMatchObject({ kind: 'delivery', msgid: ID, time, ...expected });
  });
});

it.each([
  'H=(x) [192.0.2.9] F=<a@b.test> rejected RCPT <b@d5.test>: relay not permitted',
  '2026-12-01 20:50:17.212 [1] H=(x) [192.0.2.9] F=<a@b.test> rejected RCPT <b@d5.test>',
  line('H=(x) [192.0.2.9] F=<a@b.test> rejected after DATA: <= a@b.test'),
  line('Frozen'),
  line('*> a@b.test'),
  `2026-12-01 20:50:17 SMTP call from ${ID} => a@b.test`,
  ` ${line('=> a@b.test')}`,
  line('=> a@b.test', '1xYUnp-000000004Iq'),
  '',
])('is about nothing else: %s', (text) => {
  expect(readLine(text)).toBeUndefined();
});

it('reads the end of a message, and the score of the spam filter', () => {
  expect(readLine(line('Completed'))).toEqual({ kind: 'completion', msgid: ID });
  expect(readLine(line('spamscore=-12'))).toEqual({ kind: 'spam-score', msgid: ID, score: -12 });
  expect(readLine(line('spamscore=x'))).toBeUndefined();
});

/** As Exim writes a text between quotes: without control characters, quotes and backslashes escaped. */
const escaped = (text: string) => `"${text.replace(/["\\]/g, String.raw`\$&`)}"`;
const hostile = fc
  .array(
    fc.constantFrom(
      '=>',
      '<=',
      '**',
      ' ',
      '"',
      '\\',
      '<',
      '>',
      ':',
      'A=plain:v@d6.test',
      'U=root',
      'P=local',
      'for',
      'from',
      'x',
      '@',
      'H=',
      '[9.9.9.9]',
      'é',
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

it('whatever a stranger writes, the line says the same', () => {
  fc.assert(
    fc.property(hostile, hostile, hostile, (subject, local, id) => {
      const sender = `${escaped(local)}@out.test`;
      const recipient = `${escaped(`${local}1`)}@d5.test`;
      const text =
        `<= ${sender} H=(x) [192.0.2.9]:1 P=esmtp S=5 id=${escaped(id)}@i.test T=${escaped(subject)} ` +
        `from <${sender}> for b@d5.test ${recipient} c@d5.test`;
      expect(readLine(line(text))).toEqual({
        ...{ kind: 'arrival', msgid: ID, time, logged: '2026-12-01 20:50:17', sender, size: 5 },
        ...{ host: 'x', ip: '192.0.2.9', authenticator: undefined, login: undefined, localUser: undefined },
        recipients: ['b@d5.test', recipient, 'c@d5.test'],
      });
    }),
  );
});

it('whatever another server answers, the delivery is the same', () => {
  fc.assert(
    fc.property(hostile, hostile, (answer, local) => {
      const recipient = `${escaped(local)}@out.test`;
      const fields = `F=<a@d5.test> R=dnslookup T=remote_smtp H=mx.out.test [192.0.2.7]:25`;
      const known = { recipient, deliveredTo: recipient, router: 'dnslookup', transport: 'remote_smtp' };
      const to = { ...known, host: 'mx.out.test', ip: '192.0.2.7' };
      expect(delivered(`=> ${recipient} ${fields} C=${escaped(answer)} QT=1s`)).toMatchObject({
        ...to,
        message: answer,
      });
      expect(delivered(`** ${recipient} ${fields}: 550 ${answer}.`)).toMatchObject(to);
      expect(
        delivered(
          `== ${recipient} R=dnslookup T=remote_smtp defer (-44) H=mx.out.test [192.0.2.7]:25: 451 ${answer}.`,
        ),
      ).toMatchObject(to);
    }),
  );
});

it('no line takes long', () => {
  const lines = ['"', '\\', '<', ' <"', '(', '[', 'A=', ' '].map((part) => part.repeat(8000 / part.length));
  const begin = performance.now();
  for (const text of lines) {
    for (const action of ['<=', '=>', '**', '==']) readLine(line(`${action} ${text}`));
    readLine(line(`<= a@b.test T="${text} from <a@b.test> for ${text}`));
  }
  expect(performance.now() - begin).toBeLessThan(2000);
});

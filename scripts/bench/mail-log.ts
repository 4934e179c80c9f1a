// The first reading of Exim’s main log into the tables that searches read, against `exigrep` on the same file (package
// exim4-base). Both in turn, in processor time, because another program may be running.
import { closeSync, linkSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createApplication } from '../../src/app/app.ts';
import { MAIN_LOG, readMainLog } from '../../src/capabilities/mail/driver/tracking/look-main-log.ts';
import { readNewMail } from '../../src/capabilities/mail/rules/tracking/read-log.ts';
import type { Db } from '../../src/core/context.ts';
import { median, processorOf } from './measure.ts';

const MEBIBYTE = 1_048_576;
const MEBIBYTES = Number(process.env.MAIL_LOG_MEBIBYTES ?? 200);
const ROUNDS = 3;

export async function compareMailLog(work: string): Promise<void> {
  const log = join(work, 'mainlog');
  const messages = writeLog(log);
  const times: Record<'exigrep' | 'read', number[]> = { exigrep: [], read: [] };
  for (let round = 0; round < ROUNDS; round++) {
    times.exigrep.push(processorOf(['exigrep', 'box1@customer5.example', log]));
    times.read.push(await timeOfReading(join(work, `mail-log-${round}`), log));
  }
  const [exigrep, read] = [median(times.exigrep), median(times.read)];
  console.log(`\nExim’s main log of ${MEBIBYTES} MiB, ${messages} messages, processor time\n`);
  console.log('| | median ms | ratio to exigrep |');
  console.log('| --- | --- | --- |');
  console.log(`| exigrep | ${exigrep.toFixed(0)} | 1 |`);
  console.log(`| first reading | ${read.toFixed(0)} | ${(read / exigrep).toFixed(2)} |`);
}

async function timeOfReading(state: string, log: string): Promise<number> {
  const environment = { WHMAPI1_STATE_DIR: state, WHMAPI1_SERVER_NAME: 'bench' };
  const { engine } = createApplication(environment, { livesLong: true });
  const { machine } = engine;
  mkdirSync(dirname(join(state, 'root', MAIN_LOG)), { recursive: true });
  linkSync(log, join(state, 'root', MAIN_LOG));
  const transaction = <T>(effect: 'reads' | 'changes', of: (db: Db) => Promise<T>) =>
    engine.store.transaction(effect, async (db) => ({ value: await of(db), keep: effect === 'changes' }));
  await transaction('changes', async () => undefined);
  const before = process.cpuUsage();
  const problems = await readNewMail({ machine, transaction, now: () => Date.now() }, readMainLog);
  const { user, system } = process.cpuUsage(before);
  if (problems.length > 0) throw new Error(problems.join(' '));
  rmSync(state, { recursive: true });
  return (user + system) / 1000;
}

/** Half of the messages come in, a third go out, some are deferred first, some bounce, and strangers are refused. */
function writeLog(path: string): number {
  const file = openSync(path, 'w');
  let state = 1;
  const random = (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
  const letters = (count: number) => Array.from({ length: count }, () => random(36).toString(36)).join('');
  let time = Math.floor(Date.now() / 1000) - 5 * 86_400;
  let messages = 0;
  for (let size = 0; size < MEBIBYTES * MEBIBYTE; messages += 1) {
    if (random(3) === 0) time += 1;
    const local = new Date(time * 1000 - new Date().getTimezoneOffset() * 60_000).toISOString();
    const begin = `${local.slice(0, 10)} ${local.slice(11, 19)}`;
    // As Exim’s, they begin with the time.
    const id = `${time.toString(36).padStart(6, '0')}-${letters(11)}-${messages.toString(36).padStart(4, '0').slice(-4)}`;
    const box = `box${random(10)}@customer${random(600)}.example`;
    const other = () => `person${random(9000)}@world${random(800)}.example`;
    const ip = () => `203.0.${random(256)}.${random(256)}`;
    const tls = 'X=TLS1.3:ECDHE_RSA_AES_256_GCM_SHA384:256';
    const port = () => 30_000 + random(30_000);
    const kind = random(100);
    const lines: string[] = [];
    if (kind < 50) {
      const sender = other();
      lines.push(
        `${id} <= ${sender} H=mx.world.example [${ip()}]:${port()} P=esmtps ${tls} CV=no S=${random(90_000)} id=${letters(20)}@world.example T="Invoice ${messages} of the month" from <${sender}> for ${box}`,
        `${id} => ${box.split('@')[0]} <${box}> F=<${sender}> R=whmapi1_mailbox T=whmapi1_lmtp S=1234 C="250 2.0.0 <${box}> ${letters(20)} Saved" DT=0.02s`,
        `${id} Completed`,
      );
    } else if (kind < 85) {
      const to = Array.from({ length: 1 + random(2) }, other);
      lines.push(
        `${id} <= ${box} H=client.example ([10.1.2.3]) [${ip()}]:${port()} P=esmtpsa ${tls} CV=no A=plain:${box} S=${random(90_000)} id=${letters(20)}@customer.example T="Hello ${messages}" from <${box}> for ${to.join(' ')}`,
        ...to.flatMap((one) => [
          ...(random(10) === 0
            ? [
                `${id} == ${one} R=dnslookup T=remote_smtp defer (-44) H=mx.example [${ip()}]: SMTP error from remote mail server after RCPT TO:<${one}>: 451 4.7.1 Greylisted, try again later`,
              ]
            : []),
          `${id} => ${one} F=<${box}> R=dnslookup T=remote_smtp S=4567 H=mx.example [${ip()}]:25 ${tls} CV=yes DN="CN=mx.example" K C="250- 27 byte chunk, total 4567\\n250 OK id=${letters(12)}" DT=0.5s`,
        ]),
        `${id} Completed`,
      );
    } else if (kind < 90) {
      const to = other();
      lines.push(
        `${id} <= www@server.example U=customer${random(600)} P=local S=780 T="Order" from <www@server.example> for ${to}`,
        `${id} ** ${to} R=dnslookup T=remote_smtp H=mx.example [${ip()}]: SMTP error from remote mail server after RCPT TO:<${to}>: 550 5.1.1 No such user`,
        `${id} Completed`,
      );
    } else {
      const from = ip();
      lines.push(
        `H=(ylmf-pc) [${from}]:${port()} F=<x@spam.example> rejected RCPT <${box}>: Relay not permitted`,
        `no host name found for IP address ${from}`,
      );
    }
    size += writeSync(file, lines.map((line) => `${begin} ${line}\n`).join(''));
  }
  closeSync(file);
  return messages;
}

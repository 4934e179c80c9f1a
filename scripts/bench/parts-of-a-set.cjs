'use strict';
// What twofactorauth_set_tfa_config can't do without, and nothing else: an HMAC and a sealing by node:crypto, SQLite with one
// durable commit, a flushed line of a log. By how much a set takes longer is what the program itself costs.
// `node parts-of-a-set.cjs STATE`: a state directory, to which it writes.
const { createCipheriv, createHmac, randomBytes } = require('node:crypto');
const { fdatasyncSync, openSync, writeSync } = require('node:fs');
const { join } = require('node:path');

const [state] = process.argv.slice(2);
const loaded = { exports: {} };
process.dlopen(loaded, join(__dirname, `../../dist/sqlite-${process.arch}.node`));
const { DatabaseSync } = loaded.exports;
const database = new DatabaseSync(`${state}/store.db`, { timeout: 15_000 });
database.exec('PRAGMA synchronous = FULL');
database.exec('BEGIN IMMEDIATE');
const code = createHmac('sha1', randomBytes(20)).update(randomBytes(8)).digest('hex');
const cipher = createCipheriv('aes-256-gcm', randomBytes(32), randomBytes(12)).setAAD(Buffer.from('root'));
const sealed = Buffer.concat([cipher.update(code, 'utf8'), cipher.final(), cipher.getAuthTag()]);
database
  .prepare('INSERT INTO tfa_secret (username, kind, name, sealed, created_at) VALUES (?, ?, ?, ?, ?)')
  .run('root', 'primary_account', '', sealed, Date.now());
const log = openSync(`${state}/audit.log`, 'a');
writeSync(log, '{}\n');
fdatasyncSync(log);
database.exec('COMMIT');
database.close();
writeSync(1, '{"success":1}\n');
process.exit(0);

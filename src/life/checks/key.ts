// The key exists, and decrypts what it encrypted.
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { ApiError } from '../../core/errors.ts';
import * as certificates from '../../capabilities/certificates/rules/stored.ts';
import * as secondaries from '../../capabilities/dns/rules/secondaries.ts';
import * as integrationLinks from '../../capabilities/logins/rules/integration/links.ts';
import * as identityProviders from '../../capabilities/logins/rules/identity-providers/providers.ts';
import * as accessHashes from '../../capabilities/logins/rules/access-hashes.ts';
import * as tfa from '../../capabilities/two-factor/rules/tfa.ts';
import type { InspectedStore } from '../../store/inspect.ts';
import { KEY_FILE } from '../../store/sealer-file.ts';
import { FileSealer } from '../../store/sealer.ts';
import { StateDirectory } from '../../store/state-directory.ts';
import { ok, problem, withStore, word, type Check, type Subject } from '../../ground/doctor/check.ts';

const check: Check = {
  title: 'Key',
  order: 30,
  run: (subject) => withStore(subject, async (store) => [await openOne(subject, store)]),
};

async function openOne({ stateDirectory, userId, now }: Subject, { db }: InspectedStore) {
  const path = join(stateDirectory, KEY_FILE);
  const sealer = new FileSealer(new StateDirectory(stateDirectory, userId));
  const enrolled = await db.get<{ username: string }>('SELECT username FROM tfa_secret LIMIT 1');
  const hashed = await db.get<{ username: string }>('SELECT username FROM access_hash LIMIT 1');
  const linked = await db.get<{ username: string; app: string }>(
    'SELECT username, app FROM integration_link LIMIT 1',
  );
  const certified = await db.get<{ username: string; id: string }>(
    'SELECT username, id FROM certificate_key LIMIT 1',
  );
  const registered = (await identityProviders.list(db)).find(({ hasSecret }) => hasSecret);
  try {
    if (enrolled !== undefined) await tfa.listSecrets({ db, sealer, now }, enrolled.username);
    else if (hashed !== undefined) await accessHashes.get({ db, sealer }, hashed.username);
    else if (linked !== undefined)
      await integrationLinks.tokenOf({ db, sealer }, linked.username, linked.app);
    else if (certified !== undefined)
      await certificates.findKey({ db, sealer }, certified.username, certified.id);
    else if (registered !== undefined) await identityProviders.secretOf({ db, sealer }, registered);
    else if ((await secondaries.readOptions(db, sealer)).keys.length === 0) return emptyOf(path);
  } catch (error) {
    const isLost = error instanceof ApiError && error.code === 'key_lost';
    const reason = isLost
      ? `“${path}” does not open the secrets in the store: the file is missing, damaged or another key.`
      : `“${path}” cannot be used: ${error instanceof Error ? error.message : String(error)}`;
    return problem(reason, `install -m 600 BACKUP_OF_THE_KEY ${word(path)}`);
  }
  return ok(`“${path}” opens the secrets in the store.`);
}

function emptyOf(path: string) {
  const isThere = lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  return ok(
    isThere
      ? 'The store has no encrypted data.'
      : 'The store has no encrypted data. The key is created when it is first needed.',
  );
}

export default check;

// Answers in the shape of version 0 of the API, for calls without api.version=1: the functions of which that shape is
// on record (protocol 1.10). All others say, as WHM does, that version 0 does not have them.
import type { Envelope } from '../core/envelope.ts';
import type { Hash, Value } from '../core/values.ts';

type Shape = (envelope: Envelope) => Hash;

/** `{"acct": [...], "status": 1, "statusmsg": "Ok"}` */
const list: Shape = ({ metadata, data }) => ({
  ...data,
  status: metadata.result,
  statusmsg: metadata.result === 1 ? 'Ok' : metadata.reason,
});

/** `{"result": [{"status": 1, "statusmsg": "Account Creation Ok"}]}` */
const outcome: Shape = ({ metadata, data }) => ({
  result: [
    {
      status: metadata.result,
      statusmsg: metadata.reason,
      ...(data === undefined ? {} : { options: data as Value }),
    },
  ],
});

const bare: Shape = ({ metadata, data }) =>
  metadata.result === 1 ? (data ?? {}) : { status: 0, statusmsg: metadata.reason };

const shapes: Readonly<Record<string, Shape>> = {
  accountsummary: list,
  applist: bare,
  createacct: outcome,
  gethostname: bare,
  listaccts: list,
  listacls: list,
  listpkgs: list,
  listresellers: bare,
  loadavg: bare,
  modifyacct: outcome,
  passwd: outcome,
  removeacct: outcome,
  saveacllist: outcome,
  setacls: outcome,
  setupreseller: outcome,
  suspendacct: outcome,
  unsetupreseller: outcome,
  unsuspendacct: outcome,
  version: bare,
};

export function isInApi0(command: string): boolean {
  return Object.hasOwn(shapes, command);
}

export function toApi0(command: string, envelope: Envelope): Hash {
  return shapes[command]?.(envelope) ?? unknownInApi0(command);
}

export function unknownInApi0(command: string): Hash {
  return { error: `Unknown App Requested: ${command}` };
}

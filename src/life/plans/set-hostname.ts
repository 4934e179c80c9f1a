// The server gets another hostname.
import { defineChange, exclusive, type Plan, type PlannedStep } from '../../core/plan.ts';
import renewCertificate from '../../capabilities/dns/driver/hostname/steps/renew-certificate.ts';
import set from '../../capabilities/dns/driver/hostname/steps/set.ts';
import changeZone, { type ZoneChange } from '../../capabilities/dns/driver/zones/steps/change.ts';
import * as queue from '../../ground/rules/tasks/queue.ts';

/** The tasks of mail, webmail and FTP that have their daemons use the name and certificate of the server. */
const FOLLOWERS = ['follow-server-name', 'follow-server', 'follow-server-certificate'];

const change = defineChange<null>({
  kind: 'set-hostname',
  // The hostname is stored on the machine only. The files of some daemons have it, or its certificate.
  store: async (db, _input, { now }) => {
    for (const kind of FOLLOWERS)
      await queue.add(db, { kind, input: {}, caller: 'root', xid: '' }, { now: now() });
  },
});
export default change;

interface NewHostname {
  readonly hostname: string;
  readonly former: string;
  /** The next version of the zone that gets an address record for the hostname. */
  readonly zone: ZoneChange | undefined;
  /** The fingerprint of the certificate to renew. */
  readonly certificate: string | undefined;
}

export function setHostname({ hostname, former, zone, certificate }: NewHostname): Plan {
  const steps: PlannedStep[] = [set.plan({ hostname, former })];
  if (zone !== undefined) steps.push(changeZone.plan(zone));
  if (certificate !== undefined) steps.push(renewCertificate.plan({ hostname, former: certificate }));
  return change.plan(null, {
    locks: [exclusive('hostname'), ...(zone === undefined ? [] : [exclusive(`zone ${zone.name}`)])],
    steps,
  });
}

import { installServiceCertificate } from '../../life/plans/install-service-certificate.ts';
import { defineFunction } from '../../core/define.ts';
import {
  lookAtResetCertificate,
  lookBeforeChange,
  serviceNames,
} from '../../life/driver/service-certificates/look-service-certificates.ts';
import { certificateAnswer, certificateFields } from '../../capabilities/certificates/rules/facts.ts';
import { readCertificates } from '../../capabilities/certificates/rules/x509.ts';

export default defineFunction({
  name: 'reset_service_ssl_certificate',
  since: 40,
  summary: 'Reset the certificate of one of the server’s own services.',
  description:
    'The services exim and ftp get the certificate of whmapi1d (cpanel), and follow it within an hour when it changes. The others get a ' +
    'self-signed one, and so do these if whmapi1d has no certificate that can be copied. A self-signed one names the hostname of the server. Clients have to trust it by its fingerprint or by a copy, because ' +
    'no authority has issued it. The former one and its key are no longer used.',
  access: 'root',
  effect: 'operates',
  params: {
    service: {
      type: 'string',
      required: true,
      values: serviceNames,
      doc: 'The service: cpanel (whmapi1d), exim, dovecot or ftp (ProFTPD), if the server has it.',
    },
  },
  returns: {
    service: { type: 'string', doc: 'The service.' },
    certificate: { type: 'string', doc: 'The new certificate (PEM).' },
    certificate_info: { fields: certificateFields, doc: 'What the certificate says.' },
  },
  examples: [{ args: { service: 'cpanel' }, doc: 'Give whmapi1d a new self-signed certificate.' }],

  async look({ service }, { machine }) {
    const before = await lookBeforeChange(machine, service);
    return { before, pem: await lookAtResetCertificate(machine, service) };
  },

  async handler({ service }, { plan }, { before, pem }) {
    const [certificate] = readCertificates('certificate', pem);
    if (certificate === undefined) throw new Error('No certificate was created.');
    plan(installServiceCertificate({ pem, before, isReset: true }));
    return {
      service,
      certificate: certificate.pem,
      certificate_info: certificateAnswer(certificate.facts),
    };
  },
});

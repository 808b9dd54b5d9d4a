/**
 * The certificate that a client opened its TLS connection with (WAMP specification, "TLS Certificate Authentication").
 *
 * @module
 */

import { checkOptions } from "../../../util/option-names.ts";
import type { Authenticator, Introduction } from "./authenticator.ts";
import { REFUSED, admit, byName } from "./principals.ts";
import type { FindPrincipal, PrincipalFacts, PrincipalTable } from "./principals.ts";

/** What a certificate says; in Node, all that it has. */
export interface ClientCertificate {
  /** SHA-256 of the certificate: upper-case hex, with colons. */
  readonly fingerprint256: string;
  /** By the names of X.509, such as `CN`. */
  readonly subject: Readonly<Record<string, unknown>>;
}

/** Who a certificate stands for. */
export interface CertificatePrincipal extends PrincipalFacts {
  readonly authid: string;
}

/** What a client says, and its certificate, which is signed by a `ca` of the server. */
export interface TlsIntroduction extends Introduction {
  readonly certificate: ClientCertificate;
}

/** They are asked in this order. */
export interface TlsOptions {
  /** By SHA-256, in hex, with or without colons; a map is copied. */
  readonly fingerprints?: PrincipalTable<CertificatePrincipal> | undefined;
  /** By the common name (CN) of the subject: for a certificate authority that gives each name once only. */
  readonly commonNames?: PrincipalTable<CertificatePrincipal> | undefined;
  readonly find?: FindPrincipal<CertificatePrincipal, TlsIntroduction> | undefined;
}

/**
 * Clients are whom their certificate names. The server has to ask for it: `tls: { requestCert: true, ca }`.
 *
 * A client whose connection has no certificate, or one that isn't signed by a `ca`, may try its next method.
 *
 * @example
 * ```ts
 * const authenticators = [tls({ commonNames: { "pump-7": { authid: "pump-7", role: "device" } } })];
 * ```
 */
export function tls(options: TlsOptions): Authenticator {
  checkOptions("tls", options, { fingerprints: true, commonNames: true, find: true });
  const fingerprints = new Map(
    Array.from(byName(options.fingerprints ?? {}), ([hex, facts]) => [plain(hex), facts]),
  );
  const commonNames = byName(options.commonNames ?? {});
  return {
    method: "tls",
    async begin(introduction) {
      const certificate = certificateOf(introduction);
      if (!certificate) return { type: "skip" };
      const name = certificate.subject["CN"];
      const listed =
        fingerprints.get(plain(certificate.fingerprint256)) ??
        (typeof name === "string" ? commonNames.get(name) : undefined);
      if (listed) return admit({ provider: "static", ...listed }, introduction, "tls");
      const found = await options.find?.({ ...introduction, certificate });
      return found ? admit(found, introduction, "tls") : REFUSED;
    },
  };
}

function plain(fingerprint: string): string {
  return fingerprint.replaceAll(":", "").toUpperCase();
}

/** `TlsFacts` of the server, as far as they are needed. */
interface TlsFacts {
  readonly authorized: boolean;
  readonly peerCertificate: ClientCertificate | undefined;
}

function certificateOf({ link }: Introduction): ClientCertificate | undefined {
  const request = (link.connection?.request ?? {}) as { readonly tls?: TlsFacts | undefined };
  return request.tls?.authorized === true ? request.tls.peerCertificate : undefined;
}

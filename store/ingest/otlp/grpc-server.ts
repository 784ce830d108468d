import {
  Metadata,
  Server,
  ServerCredentials,
  type handleUnaryCall,
  type ServerUnaryCall,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type { IncomingHttpHeaders } from 'node:http';
import type { Logger } from 'pino';
import { acceptCounted, type IngestSettings } from '../accept-request';
import { protocolError, rpcCodeOf, rpcCodes } from '../protocol-error';
import type { UploadRequest } from '../upload-request';
import { answerAsProtobuf } from './export-answer';
import { nothingIsFine } from './otlp-routes';

export interface GrpcSettings extends IngestSettings {
  /** One message, decompressed. */
  readonly maxMessageBytes: number;
  /** The caller's tenant; throws when it may not send. */
  readonly tenantOf: (headers: IncomingHttpHeaders) => string;
  readonly logger: Logger;
}

const path = '/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export';

/** OTLP over gRPC. Messages stay bytes here: they are stored as they came and decoded by the reader. */
const service: ServiceDefinition = {
  export: {
    path,
    requestStream: false,
    responseStream: false,
    requestSerialize: (bytes: Buffer) => bytes,
    requestDeserialize: (bytes: Buffer) => bytes,
    responseSerialize: (bytes: Buffer) => bytes,
    responseDeserialize: (bytes: Buffer) => bytes,
  },
};

export function makeGrpcServer(settings: GrpcSettings): Server {
  const server = new Server({ 'grpc.max_receive_message_length': settings.maxMessageBytes });
  const handler: handleUnaryCall<Buffer, Buffer> = (call, callback) => {
    exportProfiles(call, settings).then(
      (answer) => callback(null, answer),
      (error: unknown) => {
        const known = protocolError(error, settings.logger, path);
        callback({ code: rpcCodes[rpcCodeOf(known)], details: known.message, metadata: new Metadata() });
      }
    );
  };
  const implementation: UntypedServiceImplementation = { export: handler };
  server.addService(service, implementation);
  return server;
}

async function exportProfiles(call: ServerUnaryCall<Buffer, Buffer>, settings: GrpcSettings): Promise<Buffer> {
  const headers = headersOf(call.metadata);
  const agent = headers['user-agent'];
  const request: UploadRequest = {
    intake: 'otlp',
    tenant: settings.tenantOf(headers),
    receivedMs: Date.now(),
    peer: addressOf(call.getPeer()),
    contentType: 'application/x-protobuf',
    query: '',
    headers: agent === undefined ? {} : { 'user-agent': agent },
  };
  return answerAsProtobuf(await nothingIsFine(() => acceptCounted(request, new Uint8Array(call.request), settings)));
}

function headersOf(metadata: Metadata): IncomingHttpHeaders {
  return Object.fromEntries(
    Object.entries(metadata.getMap()).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : []))
  );
}

/** Without the port, which changes with every connection. */
function addressOf(peer: string): string {
  return peer
    .replace(/^ipv[46]:/, '')
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1');
}

/** Returns the port. */
export function listenGrpc(server: Server, address: { readonly host: string; readonly port: number }): Promise<number> {
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return new Promise((resolve, reject) => {
    server.bindAsync(`${host}:${address.port}`, ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port)
    );
  });
}

/** Answers what is under way, at most this long. */
export function stopGrpc(server: Server, withinMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      server.forceShutdown();
      resolve();
    }, withinMs);
    server.tryShutdown(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

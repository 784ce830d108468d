/** The goals of the comparison, by the names of its rows; `least` = more is better. Milliseconds, uploads a second, megabytes. */
export interface Goal {
  readonly least?: number;
  readonly most?: number;
}

export const goals: Readonly<Record<string, Goal>> = {
  'ingest S, 8 connections: ack p50 ms': { most: 12 },
  'ingest S, 8 connections: ack p95 ms': { most: 35 },
  'ingest S, 32 connections: uploads/s': { least: 600 },
  'ingest S, 32 connections: CPU ms each': { most: 3 },
  'ingest M, 32 connections: uploads/s': { least: 80 },
  'ingest M, 32 connections: CPU ms each': { most: 18 },
  'ingest L, 8 connections: uploads/s': { least: 8 },
  'ingest L, 8 connections: CPU ms each': { most: 180 },
  'ingest L, 8 connections: memory MB': { most: 1229 },
  'ingest S, 32 connections: memory MB': { most: 819 },
  'ingest DP, 32 connections: uploads/s': { least: 600 },
  'visible after the answer, idle: p50 ms': { most: 100 },
  'merge S 60 min, 1 service': { most: 14 },
  'merge S 60 min, all services': { most: 30 },
  'merge S 1 min, 1 service': { most: 10 },
  'merge S 1 min, all services': { most: 20 },
  'merge M 60 min, 1 service': { most: 16 },
  'merge M 60 min, all services': { most: 45 },
  'merge L 60 min, 1 service': { most: 55 },
  'merge L 60 min, all services': { most: 110 },
  'merge DAY 60 min': { most: 60 },
  'merge DAY 24 h': { most: 120 },
  'merge churned 60 min': { most: 100 },
  'merge churned 24 h': { most: 300 },
  'series by pod, S 60 min, 1 service': { most: 10 },
  'series by pod, S 60 min, all services': { most: 15 },
  'series by pod, DAY 24 h': { most: 50 },
  'label values': { most: 2 },
  'first after a restart: S all services': { most: 150 },
  'first after a restart: DAY 24 h': { most: 200 },
  'first after a restart: churned 24 h': { most: 1000 },
  'disk S+M+L, after ingest: bytes per sample': { most: 4 },
  'disk DAY, after ingest: bytes per sample': { most: 8 },
  'disk churned, after ingest: bytes per sample': { most: 9 },
};

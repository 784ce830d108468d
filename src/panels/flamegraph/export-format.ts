export type ExportFormat = 'png' | 'svg' | 'html' | 'folded' | 'speedscope' | 'pprof' | 'json';

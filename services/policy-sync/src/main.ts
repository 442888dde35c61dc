import { runService } from '@auditmesh/runtime';
import { service } from './policy-sync.module.js';

await runService(service);

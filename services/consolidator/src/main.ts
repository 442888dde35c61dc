import { runService } from '@auditmesh/runtime';
import { service } from './consolidator.module.js';

await runService(service);

import { MACHINE_FAULTS } from "./all.ts";
import { testFaults } from "./lane.ts";

testFaults(MACHINE_FAULTS);

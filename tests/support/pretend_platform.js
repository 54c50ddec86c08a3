'use strict';
// With `node --require`: makes the process believe that it runs somewhere else.
//   PRETEND_PLATFORM: platform, architecture and the version of glibc, none on musl: "linux x64 2.17", "darwin arm64"
const [platform, arch, glibc] = process.env.PRETEND_PLATFORM.split(' ');
const getReport = process.report.getReport.bind(process.report);
Object.defineProperty(process, 'platform', { value: platform });
Object.defineProperty(process, 'arch', { value: arch });
process.report.getReport = () => {
    const report = getReport();
    report.header.glibcVersionRuntime = glibc;
    return report;
};

// A folder of scans with Nextflow: a process for each scan, and one table of all results.
//
//   nextflow run examples/hpc/tauvox.nf --scans 'scans/*.tif' --options '--phases pore=0,active=1,binder=2 --ionic pore'
//
// A process that was ended before it was done (exit code 75) is started again. Nextflow gives
// each attempt a folder of its own; --checkpoint names a place that stays, so that it goes on all the same. This file is
// untested: no machine that tests the program has Nextflow.
params.scans = 'scans/*.tif'
params.options = ''
params.tauvox = 'tauvox'
params.checkpoints = "$launchDir/checkpoints"
params.out = 'evaluations'

process evaluate {
    tag "$scan.name"
    cpus 2
    memory '4 GB'
    time '4h'
    errorStrategy { task.exitStatus == 75 ? 'retry' : 'finish' }
    maxRetries 3
    publishDir params.out, mode: 'copy'

    input:
    path scan

    output:
    path "${scan.name}.evaluation"

    // 10 and 11 are verdicts about results that stand.
    script:
    """
    mkdir -p '${params.checkpoints}'
    code=0
    ${params.tauvox} evaluate '${scan}' ${params.options} --threads ${task.cpus} -o '${scan.name}.evaluation' \\
        --checkpoint '${params.checkpoints}/${scan.name}.ckpt' || code=\$?
    [ "\$code" -eq 10 ] || [ "\$code" -eq 11 ] || exit "\$code"
    """
}

process table {
    publishDir params.out, mode: 'copy'

    input:
    path 'lot/*'

    output:
    path 'all.csv'

    script:
    """
    ${params.tauvox} collect lot -o all.csv
    """
}

workflow {
    table(evaluate(Channel.fromPath(params.scans)).collect())
}

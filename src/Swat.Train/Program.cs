using System.Runtime.InteropServices;
using System.Text;
using Swat.Train;

Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
using var interrupt = new CancellationTokenSource();
using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
return SwatProgram.Run(args, Terminal.Standard(), interrupt.Token);

// The first signal asks the command to stop in order; a second one ends the process at once.
void Stop(PosixSignalContext context)
{
    if (interrupt.IsCancellationRequested)
        return;
    context.Cancel = true;
    Console.Error.WriteLine("Stopping after this step; press Ctrl-C again to stop at once.");
    interrupt.Cancel();
}

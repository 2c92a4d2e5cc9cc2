<?php
// This file is part of Moodle - https://moodle.org/
//
// Moodle is free software: you can redistribute it and/or modify
// it under the terms of the GNU General Public License as published by
// the Free Software Foundation, either version 3 of the License, or
// (at your option) any later version.
//
// Moodle is distributed in the hope that it will be useful,
// but WITHOUT ANY WARRANTY; without even the implied warranty of
// MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the
// GNU General Public License for more details.
//
// You should have received a copy of the GNU General Public License
// along with Moodle.  If not, see <https://www.gnu.org/licenses/>.

namespace mod_lticontainer\local;

use core_external\external_single_structure;
use core_external\external_value;
use invalid_parameter_exception;
use mod_lticontainer\local\exception\service_exception;
use mod_lticontainer\local\exception\service_refused;
use moodle_exception;

/**
 * Notebook records on their way to the service: at once, or through the queue where it is away.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class records {
    /** @var int Seconds that a request with records waits for the service; it takes milliseconds when it is well. */
    private const SECONDS = 3;

    /** @var string[] Refusals after which the record is the service's, or is not wanted: sending it again is of no use. */
    private const FINAL = ['recordrejected', 'invalidparameter', 'malformedrequest'];

    /**
     * Describes a record.
     *
     * Texts are taken as they are: what can't be stored is kept by the service with its reason.
     *
     * @return external_single_structure
     */
    public static function structure(): external_single_structure {
        $text = fn(string $what, string $default = '') => new external_value(PARAM_RAW, $what, VALUE_DEFAULT, $default);
        return new external_single_structure([
            'host' => $text('What was seen: ltictr, client or server', 'ltictr'),
            'inst_id' => $text('Id of the instance'),
            'lti_id' => $text('Id of the LTI activity'),
            'session' => $text('Jupyter session id'),
            'message' => $text('Id of the message that asked for the run'),
            'status' => $text('Status of the answer'),
            'username' => $text('User name that the kernel reports'),
            'cell_id' => $text('Id of the cell'),
            'tags' => $text('Tags of the cell, a JSON array'),
            'date' => $text('Time, in ISO 8601'),
        ]);
    }

    /**
     * Hands records on; what can't be delivered now is delivered later.
     *
     * @param string $function Function of the service.
     * @param string $parameter Its parameter.
     * @param array[] $records Records.
     * @throws moodle_exception The service has kept them as rejected, or can't read them.
     */
    public static function deliver(string $function, string $parameter, array $records): void {
        $arguments = [$parameter => $records];
        $circuit = new circuit();
        if (!$circuit->may_try()) {
            queue::add(queue::RECORDS, $function, $arguments);
            return;
        }
        try {
            client::in_background(self::SECONDS)->call(command::call($function, $arguments));
            $circuit->good();
        } catch (service_exception $fault) {
            if (self::is_delivered($fault)) {
                $circuit->good();
                throw self::refusal($fault);
            }
            $circuit->failed($fault);
            queue::add(queue::RECORDS, $function, $arguments);
        }
    }

    /**
     * Tells whether the service has done with a request, though it says no.
     *
     * @param service_exception $fault What it says.
     * @return bool
     */
    public static function is_delivered(service_exception $fault): bool {
        return $fault instanceof service_refused && in_array($fault->servicecode, self::FINAL, true);
    }

    /**
     * Returns what the sender is told, with the code that the service itself would give.
     *
     * @param service_refused $fault What the service says.
     * @return moodle_exception
     */
    private static function refusal(service_refused $fault): moodle_exception {
        if ($fault->servicecode === 'invalidparameter') {
            return new invalid_parameter_exception($fault->detail);
        }
        return new moodle_exception($fault->servicecode, 'mod_lticontainer', '', null, $fault->detail);
    }
}

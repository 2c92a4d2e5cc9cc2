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

namespace mod_lticontainer\external;

use core_external\external_api;
use core_external\external_function_parameters;
use core_external\external_multiple_structure;
use core_external\external_single_structure;
use mod_lticontainer\local\records;
use mod_lticontainer\local\write_access;

/**
 * Stores notebook records: hands them on to the service.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class write_nblogs extends external_api {
    /**
     * Describes the parameters.
     *
     * @return external_function_parameters
     */
    public static function execute_parameters(): external_function_parameters {
        return new external_function_parameters([
            'nb_logs' => new external_multiple_structure(records::structure(), 'Notebook records'),
        ]);
    }

    /**
     * Stores records.
     *
     * @param array $nblogs Records.
     * @return array Empty.
     */
    public static function execute(array $nblogs): array {
        ['nb_logs' => $nblogs] = self::validate_parameters(self::execute_parameters(), ['nb_logs' => $nblogs]);
        self::validate_context(\context_system::instance());
        write_access::require_uncut_request();
        write_access::require_write($nblogs);
        records::deliver('write_nblogs', 'nb_logs', $nblogs);
        return [];
    }

    /**
     * Describes the result.
     *
     * @return external_single_structure
     */
    public static function execute_returns(): external_single_structure {
        return new external_single_structure([]);
    }
}

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
use core_external\external_single_structure;
use mod_lticontainer\local\records;
use mod_lticontainer\local\write_access;

/**
 * Stores one notebook record: the name that the function had before version 1.5.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class write_nbdata extends external_api {
    /**
     * Describes the parameters.
     *
     * @return external_function_parameters
     */
    public static function execute_parameters(): external_function_parameters {
        return new external_function_parameters(['nb_data' => records::structure()]);
    }

    /**
     * Stores a record.
     *
     * @param array $nbdata The record.
     * @return array Empty.
     */
    public static function execute(array $nbdata): array {
        ['nb_data' => $nbdata] = self::validate_parameters(self::execute_parameters(), ['nb_data' => $nbdata]);
        self::validate_context(\context_system::instance());
        write_access::require_uncut_request();
        write_access::require_write([$nbdata]);
        records::deliver('write_nbdata', 'nb_data', [$nbdata]);
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

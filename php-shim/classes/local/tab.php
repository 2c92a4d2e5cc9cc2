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

/**
 * The pages of an instance that stand in its row of tabs.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
enum tab: string {
    case OVERVIEW = 'view';
    case DASHBOARD = 'dashboard';
    case CHARTS = 'charts';
    case PROGRESS = 'progress';
    case ACTIVITIES = 'ltis';
    case VOLUMES = 'volumes';
    case CONTAINERS = 'containers';
    case HUB = 'hub';
    case TOOLS = 'tools';

    /**
     * Returns the title.
     *
     * @return string Plain text.
     */
    public function title(): string {
        return get_string("tab_$this->value", 'mod_lticontainer');
    }

    /**
     * Returns what somebody needs one of to see the page.
     *
     * @return string[] Capabilities.
     */
    public function capabilities(): array {
        return match ($this) {
            self::OVERVIEW => instance::PAGE_CAPABILITIES,
            self::DASHBOARD => ['mod/lticontainer:dashboard_view'],
            self::CHARTS, self::PROGRESS => ['mod/lticontainer:chart_view'],
            self::ACTIVITIES => ['mod/lticontainer:lti_view'],
            self::VOLUMES => ['mod/lticontainer:volume_view'],
            self::CONTAINERS => ['mod/lticontainer:jupyterhub_user'],
            self::HUB => ['mod/lticontainer:jupyterhub_api'],
            self::TOOLS => ['mod/lticontainer:admin_tools'],
        };
    }

    /**
     * Tells whether the row of an instance has it for the reader.
     *
     * @param instance $instance The instance.
     * @return bool
     */
    public function is_offered(instance $instance): bool {
        $isused = $this !== self::DASHBOARD || $instance->record->use_dashboard;
        return $isused && has_any_capability($this->capabilities(), $instance->context);
    }

    /**
     * Returns the address.
     *
     * @param instance $instance The instance.
     * @param array $params More parameters.
     * @return \moodle_url
     */
    public function url(instance $instance, array $params = []): \moodle_url {
        return new \moodle_url("/mod/lticontainer/$this->value.php", ['id' => $instance->cm->id] + $params);
    }
}
